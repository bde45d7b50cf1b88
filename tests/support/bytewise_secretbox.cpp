#include "support/bytewise_secretbox.h"

#include <utility>

namespace millrace::test {

namespace {

using Byte = std::uint8_t;
using Word = std::uint32_t;

Word load(const Byte* p) {
    return p[0] | Word{p[1]} << 8 | Word{p[2]} << 16 | Word{p[3]} << 24;
}

void store(Byte* p, Word w) {
    for (int i = 0; i < 4; ++i) p[i] = static_cast<Byte>(w >> (8 * i));
}

Word rotate(Word w, int n) {
    return w << n | w >> (32 - n);
}

void swap_words(Byte* s, int i, int j) {
    for (int k = 0; k < 4; ++k) std::swap(s[4 * i + k], s[4 * j + k]);
}

void flip(Byte& target, unsigned value) {
    target = static_cast<Byte>(target ^ value);
}

struct State {
    Byte s[48] = {};

    void permute(unsigned tag) {
        flip(s[47], tag);
        bytewise_gimli(s);
    }

    void start(const Byte* key, const Byte* iv, std::string_view context, std::uint64_t id, unsigned key_tag) {
        const std::string_view head("\x06sbx256\x08", 8);
        for (std::size_t i = 0; i < 8; ++i) s[i] = static_cast<Byte>(head[i]);
        for (std::size_t i = 0; i < 8; ++i) s[8 + i] = static_cast<Byte>(context[i]);
        permute(0x01);
        for (int half = 0; half < 2; ++half) {
            for (int i = 0; i < 16; ++i) flip(s[i], key[16 * half + i]);
            permute(key_tag);
        }
        flip(s[0], 20);
        for (int i = 0; i < 15; ++i) flip(s[1 + i], iv[i]);
        permute(0x01);
        for (int i = 0; i < 5; ++i) flip(s[i], iv[15 + i]);
        for (int i = 0; i < 8; ++i) flip(s[4 + i], static_cast<Byte>(id >> (8 * i)));
        permute(0x01);
    }

    void finish(const Byte* key, unsigned tag) {
        for (int pass = 0; pass < 2; ++pass) {
            for (int i = 0; i < 32; ++i) flip(s[16 + i], key[i]);
            permute(tag);
        }
    }

    void pad(std::size_t used, unsigned domain) {
        flip(s[used], domain << 1 | 1);
        flip(s[15], 0x80);
        permute(0x02);
    }
};

}  // namespace

void bytewise_gimli(Byte* s) {
    for (Word round = 24; round > 0; --round) {
        for (int column = 0; column < 4; ++column) {
            const Word x = rotate(load(s + 4 * column), 24);
            const Word y = rotate(load(s + 16 + 4 * column), 9);
            const Word z = load(s + 32 + 4 * column);
            store(s + 32 + 4 * column, x ^ z << 1 ^ (y & z) << 2);
            store(s + 16 + 4 * column, y ^ x ^ (x | z) << 1);
            store(s + 4 * column, z ^ y ^ (x & y) << 3);
        }
        if (round % 4 == 0) {
            swap_words(s, 0, 1);
            swap_words(s, 2, 3);
            store(s, load(s) ^ (0x9e377900 | round));
        } else if (round % 4 == 2) {
            swap_words(s, 0, 2);
            swap_words(s, 1, 3);
        }
    }
}

std::optional<std::vector<Byte>> bytewise_open(const std::vector<Byte>& sealed, const Byte* key,
                                               std::string_view context, std::uint64_t message_id) {
    if (sealed.size() < 36) return std::nullopt;
    State state;
    state.start(key, sealed.data(), context, message_id, 0xff);
    std::vector<Byte> plain;
    plain.reserve(sealed.size() - 36);
    std::size_t used = 0;
    for (std::size_t i = 36; i < sealed.size(); ++i) {
        plain.push_back(static_cast<Byte>(sealed[i] ^ state.s[used]));
        state.s[used] = sealed[i];
        if (++used == 16) {
            state.permute(0x02);
            used = 0;
        }
    }
    state.pad(used, 0x0);
    state.finish(key, 0x08);
    unsigned difference = 0;
    for (std::size_t i = 0; i < 16; ++i) difference |= static_cast<unsigned>(state.s[16 + i] ^ sealed[20 + i]);
    if (difference != 0) return std::nullopt;
    return plain;
}

std::vector<Byte> bytewise_seal(const std::vector<Byte>& plain, const Byte* key, const Byte* random_iv,
                                std::string_view context, std::uint64_t message_id) {
    State hash;
    hash.start(key, random_iv, context, message_id, 0xfe);
    std::size_t used = 0;
    for (const Byte byte : plain) {
        flip(hash.s[used], byte);
        if (++used == 16) {
            hash.permute(0x02);
            used = 0;
        }
    }
    hash.pad(used, 0xf);
    hash.finish(key, 0xf8);

    std::vector<Byte> sealed(hash.s + 16, hash.s + 36);
    sealed.resize(36);
    State state;
    state.start(key, sealed.data(), context, message_id, 0xff);
    used = 0;
    for (const Byte byte : plain) {
        flip(state.s[used], byte);
        sealed.push_back(state.s[used]);
        if (++used == 16) {
            state.permute(0x02);
            used = 0;
        }
    }
    state.pad(used, 0x0);
    state.finish(key, 0x08);
    for (std::size_t i = 0; i < 16; ++i) sealed[20 + i] = state.s[16 + i];
    return sealed;
}

}  // namespace millrace::test
