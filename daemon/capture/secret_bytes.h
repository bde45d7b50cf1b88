// Bytes that may hold a bridge's password: kept in memory only, and wiped when they go. Any thread, one at a time.
#pragma once

#include <string.h>  // explicit_bzero, which <cstring> does not promise

#include <utility>

#include "base/bytes.h"

namespace millrace::capture {

class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(base::ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        other.wipe();
        return *this;
    }
    ~SecretBytes() { wipe(); }

    // Bytes grow into new memory, and the old is wiped.
    void append(base::ByteView more) {
        base::Bytes grown;
        grown.reserve(bytes_.size() + more.size());
        grown.insert(grown.end(), bytes_.begin(), bytes_.end());
        grown.insert(grown.end(), more.begin(), more.end());
        wipe();
        bytes_ = std::move(grown);
    }

    [[nodiscard]] base::ByteView view() const { return bytes_; }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

private:
    void wipe() {
        if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
        bytes_ = {};
    }

    base::Bytes bytes_;
};

}  // namespace millrace::capture
