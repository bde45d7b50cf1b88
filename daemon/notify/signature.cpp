#include "notify/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/bytes.h"

namespace millrace::notify {

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const base::ByteView bytes = base::as_bytes(text);
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), digest.data(), &size);
    return base::to_hex({digest.data(), size});
}

}  // namespace millrace::notify
