#include "payload/secretbox.h"

#include <algorithm>
#include <cassert>

#include "payload/secret_memory.h"
#include "payload/sponge.h"

namespace millrace::payload {

namespace {

constexpr std::size_t kMacBytes = 16;
static_assert(kSealOverhead == kIvBytes + kMacBytes);
static_assert(kBridgeContext.size() == Sponge::kContextBytes);

// Puts the key of the text pass into a fresh sponge. For the context all bridges use, that work is done already.
void take_text_key(Sponge& sponge, const SecretKey& key, std::string_view context) {
    if (context == kBridgeContext) {
        sponge.resume(key.text_start());
    } else {
        sponge.take_key(key.bytes(), context, Tag::Key);
    }
}

}  // namespace

std::optional<base::Bytes> open(base::ByteView sealed, const SecretKey& key, std::string_view context,
                                std::uint64_t message_id) {
    if (sealed.size() < kSealOverhead || context.size() != Sponge::kContextBytes) return std::nullopt;
    const base::ByteView cipher = sealed.subspan(kSealOverhead);
    base::Bytes plain(cipher.size());
    Sponge sponge;
    take_text_key(sponge, key, context);
    sponge.take_message(sealed.first<kIvBytes>(), message_id);
    sponge.decrypt(cipher, plain.data());
    sponge.end(key.bytes(), Tag::Final);
    Sponge::Inner inner;
    sponge.read_inner(inner);
    const bool good =
        equal_in_constant_time(base::ByteView(inner).first(kMacBytes), sealed.subspan(kIvBytes, kMacBytes));
    wipe(inner.data(), inner.size());
    if (good) return plain;
    wipe(plain.data(), plain.size());
    return std::nullopt;
}

base::Bytes seal(base::ByteView plain, const SecretKey& key, std::span<const std::uint8_t, kIvBytes> random_iv,
                 std::string_view context, std::uint64_t message_id) {
    assert(context.size() == Sponge::kContextBytes);
    base::Bytes sealed(plain.size() + kSealOverhead);
    Sponge::Inner inner;

    Sponge hashing;
    hashing.take_key(key.bytes(), context, Tag::KeyIvPass);
    hashing.take_message(random_iv, message_id);
    hashing.hash(plain);
    hashing.end(key.bytes(), Tag::FinalIvPass);
    hashing.read_inner(inner);
    std::copy_n(inner.begin(), kIvBytes, sealed.begin());

    Sponge sponge;
    take_text_key(sponge, key, context);
    sponge.take_message(base::ByteView(sealed).first<kIvBytes>(), message_id);
    sponge.encrypt(plain, sealed.data() + kSealOverhead);
    sponge.end(key.bytes(), Tag::Final);
    sponge.read_inner(inner);
    std::copy_n(inner.begin(), kMacBytes, sealed.begin() + kIvBytes);
    wipe(inner.data(), inner.size());
    return sealed;
}

}  // namespace millrace::payload
