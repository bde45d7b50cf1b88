#include "payload/sponge.h"

#include <algorithm>
#include <cstring>

#include "payload/secret_memory.h"

namespace millrace::payload {

namespace {

enum Domain : std::uint8_t { kSealedText = 0x0, kHashedText = 0xf };

void pad(std::array<std::uint8_t, Sponge::kBlock>& block, std::size_t used, Domain domain) {
    block[used] = static_cast<std::uint8_t>(block[used] ^ (domain * 2 + 1));
    block[Sponge::kBlock - 1] ^= 0x80;
}

}  // namespace

Sponge::~Sponge() {
    wipe(&state_, sizeof state_);
}

void Sponge::take_key(KeyView key, std::string_view context, Tag key_tag) {
    Block block{6, 's', 'b', 'x', '2', '5', '6', kContextBytes};
    std::copy_n(context.begin(), std::min(context.size(), kContextBytes), block.begin() + 8);
    absorb(block.data(), Tag::Header);
    absorb(key.data(), key_tag);
    absorb(key.data() + kBlock, key_tag);
}

void Sponge::take_message(IvView iv, std::uint64_t message_id) {
    Block block;
    block[0] = static_cast<std::uint8_t>(iv.size());
    std::copy_n(iv.begin(), 15, block.begin() + 1);
    absorb(block.data(), Tag::Header);
    block = {};
    std::copy_n(iv.begin() + 15, 5, block.begin());
    for (std::size_t i = 0; i < 8; ++i) {
        block[4 + i] = static_cast<std::uint8_t>(block[4 + i] ^ (message_id >> (8 * i)));
    }
    absorb(block.data(), Tag::Header);
}

void Sponge::hash(base::ByteView plain) {
    const std::uint8_t* in = plain.data();
    std::size_t left = plain.size();
    for (; left >= kBlock; left -= kBlock, in += kBlock) absorb(in, Tag::Payload);
    Block last{};
    if (left > 0) std::memcpy(last.data(), in, left);
    pad(last, left, kHashedText);
    absorb(last.data(), Tag::Payload);
    wipe(last.data(), last.size());
}

void Sponge::encrypt(base::ByteView plain, std::uint8_t* out) {
    const std::uint8_t* in = plain.data();
    std::size_t left = plain.size();
    for (; left >= kBlock; left -= kBlock, in += kBlock, out += kBlock) {
        state_.a ^= load_row(in);
        store_row(out, state_.a);
        permute_with(Tag::Payload);
    }
    Block last;
    store_row(last.data(), state_.a);
    for (std::size_t i = 0; i < left; ++i) out[i] = last[i] = static_cast<std::uint8_t>(last[i] ^ in[i]);
    finish_text(last, left);
}

void Sponge::decrypt(base::ByteView cipher, std::uint8_t* out) {
    const std::uint8_t* in = cipher.data();
    std::size_t left = cipher.size();
    for (; left >= kBlock; left -= kBlock, in += kBlock, out += kBlock) {
        const GimliRow block = load_row(in);
        store_row(out, block ^ state_.a);
        state_.a = block;
        permute_with(Tag::Payload);
    }
    Block last;
    store_row(last.data(), state_.a);
    for (std::size_t i = 0; i < left; ++i) {
        out[i] = static_cast<std::uint8_t>(last[i] ^ in[i]);
        last[i] = in[i];
    }
    finish_text(last, left);
}

void Sponge::end(KeyView key, Tag tag) {
    const GimliRow low = load_row(key.data());
    const GimliRow high = load_row(key.data() + kBlock);
    for (int i = 0; i < 2; ++i) {
        state_.b ^= low;
        state_.c ^= high;
        permute_with(tag);
    }
}

void Sponge::read_inner(Inner& out) const {
    store_row(out.data(), state_.b);
    store_row(out.data() + kBlock, state_.c);
}

void Sponge::finish_text(Block& last, std::size_t used) {
    pad(last, used, kSealedText);
    state_.a = load_row(last.data());
    wipe(last.data(), last.size());
    permute_with(Tag::Payload);
}

void Sponge::absorb(const std::uint8_t* block, Tag tag) {
    state_.a ^= load_row(block);
    permute_with(tag);
}

// The tag goes into the state's last byte.
void Sponge::permute_with(Tag tag) {
    state_.c ^= GimliRow{0, 0, 0, static_cast<std::uint32_t>(tag) << 24};
    permute(state_);
}

}  // namespace millrace::payload
