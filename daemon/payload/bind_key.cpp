#include "payload/bind_key.h"

#include <algorithm>

#include "payload/key_text.h"
#include "payload/secret_memory.h"

namespace millrace::payload {

BindKey::~BindKey() {
    wipe(bytes_.data(), bytes_.size());
}

std::optional<BindKey> BindKey::from_bytes(base::ByteView bytes) {
    if (bytes.size() != kBytes) return std::nullopt;
    BindKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    return key;
}

base::Result<BindKey, base::Error> BindKey::parse(base::ByteView content) {
    BindKey key;
    if (auto wrong = read_key_text(content, key.bytes_)) return base::failure(*std::move(wrong));
    return key;
}

bool operator==(const BindKey& a, const BindKey& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
}

}  // namespace millrace::payload
