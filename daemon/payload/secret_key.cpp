#include "payload/secret_key.h"

#include <algorithm>

#include "payload/key_text.h"
#include "payload/secret_memory.h"
#include "payload/secretbox.h"
#include "payload/sponge.h"

namespace millrace::payload {

SecretKey::~SecretKey() {
    wipe(bytes_.data(), bytes_.size());
    wipe(&text_start_, sizeof text_start_);
}

void SecretKey::prepare() {
    Sponge sponge;
    sponge.take_key(bytes_, kBridgeContext, Tag::Key);
    text_start_ = sponge.state();
}

std::optional<SecretKey> SecretKey::from_bytes(base::ByteView bytes) {
    if (bytes.size() != kBytes) return std::nullopt;
    SecretKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    key.prepare();
    return key;
}

base::Result<SecretKey, base::Error> SecretKey::parse(base::ByteView content) {
    SecretKey key;
    if (auto wrong = read_key_text(content, key.bytes_)) return base::failure(*std::move(wrong));
    key.prepare();
    return key;
}

bool operator==(const SecretKey& a, const SecretKey& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
}

}  // namespace millrace::payload
