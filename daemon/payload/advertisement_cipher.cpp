#include "payload/advertisement_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "payload/secret_memory.h"

namespace millrace::payload {
namespace {

constexpr std::size_t kInformationBytes = 1;
constexpr std::size_t kCounterBytes = 4;
constexpr std::size_t kTagBytes = 4;
static_assert(kCounterBytes + kTagBytes == kAdvertisementOverhead);

constexpr std::array<std::uint8_t, 2> kUuidAsSent = {0xD2, 0xFC};
constexpr std::size_t kNonceBytes =
    base::BluetoothAddress::kBytes + kUuidAsSent.size() + kInformationBytes + kCounterBytes;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // clears the key's schedule too
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Nonce nonce_of(const base::BluetoothAddress& address, std::uint8_t information, base::ByteView counter) {
    Nonce nonce;
    auto at = std::copy(address.bytes().begin(), address.bytes().end(), nonce.begin());
    at = std::copy(kUuidAsSent.begin(), kUuidAsSent.end(), at);
    *at++ = information;
    std::copy(counter.begin(), counter.end(), at);
    return nonce;
}

// Ready for one text; of CCM the order is lengths first, then key and nonce. When it is to open, `tag` is what is
// expected, else nothing. Null when the library has no memory.
Context prepare(const BindKey& key, const Nonce& nonce, bool sealing, base::ByteView tag) {
    Context context(EVP_CIPHER_CTX_new());
    if (!context) return nullptr;
    const int sealing_flag = sealing ? 1 : 0;
    std::array<std::uint8_t, kTagBytes> expected{};
    std::copy_n(tag.begin(), std::min(tag.size(), kTagBytes), expected.begin());
    const bool ready =
        EVP_CipherInit_ex(context.get(), EVP_aes_128_ccm(), nullptr, nullptr, nullptr, sealing_flag) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(kNonceBytes), nullptr) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes),
                            sealing ? nullptr : expected.data()) == 1 &&
        EVP_CipherInit_ex(context.get(), nullptr, nullptr, key.bytes().data(), nonce.data(), sealing_flag) == 1;
    return ready ? std::move(context) : nullptr;
}

std::uint32_t read_counter(base::ByteView bytes) {
    std::uint32_t counter = 0;
    for (std::size_t i = kCounterBytes; i-- > 0;) counter = counter << 8U | bytes[i];
    return counter;
}

}  // namespace

std::optional<OpenedAdvertisement> open_advertisement(base::ByteView service_data,
                                                      const base::BluetoothAddress& address, const BindKey& key) {
    constexpr std::size_t kLeast = kInformationBytes + 1 + kAdvertisementOverhead;
    if (service_data.size() < kLeast || service_data.size() > kMaxServiceDataBytes) return std::nullopt;
    const std::uint8_t information = service_data.front();
    if ((information & kEncryptedBit) == 0) return std::nullopt;
    const std::size_t length = service_data.size() - kInformationBytes - kAdvertisementOverhead;
    const base::ByteView ciphertext = service_data.subspan(kInformationBytes, length);
    const base::ByteView counter = service_data.subspan(kInformationBytes + length, kCounterBytes);
    const Context context = prepare(key, nonce_of(address, information, counter), false, service_data.last(kTagBytes));
    if (!context) return std::nullopt;
    OpenedAdvertisement opened;
    opened.plain.resize(kInformationBytes + length);
    opened.plain.front() = static_cast<std::uint8_t>(information & ~kEncryptedBit);
    opened.counter = read_counter(counter);
    int written = 0;
    // Of CCM this one call opens the text and compares the tag.
    const bool fits = EVP_CipherUpdate(context.get(), opened.plain.data() + kInformationBytes, &written,
                                       ciphertext.data(), static_cast<int>(length)) == 1;
    if (!fits || written != static_cast<int>(length)) {
        wipe(opened.plain.data(), opened.plain.size());
        return std::nullopt;
    }
    return opened;
}

std::optional<base::Bytes> seal_advertisement(base::ByteView plain, const base::BluetoothAddress& address,
                                              const BindKey& key, std::uint32_t counter) {
    if (plain.size() <= kInformationBytes || plain.size() + kAdvertisementOverhead > kMaxServiceDataBytes) {
        return std::nullopt;
    }
    const std::size_t length = plain.size() - kInformationBytes;
    base::Bytes sealed(plain.size() + kAdvertisementOverhead);
    sealed.front() = static_cast<std::uint8_t>(plain.front() | kEncryptedBit);
    std::uint8_t* const counter_at = sealed.data() + plain.size();
    for (std::size_t i = 0; i < kCounterBytes; ++i) counter_at[i] = static_cast<std::uint8_t>(counter >> (8 * i));
    const Context context = prepare(key, nonce_of(address, sealed.front(), {counter_at, kCounterBytes}), true, {});
    if (!context) return std::nullopt;
    int written = 0;
    const bool done = EVP_CipherUpdate(context.get(), sealed.data() + kInformationBytes, &written,
                                       plain.data() + kInformationBytes, static_cast<int>(length)) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                                          counter_at + kCounterBytes) == 1;
    if (!done) return std::nullopt;
    return sealed;
}

Freshness freshness(std::optional<std::uint32_t> last_believed, std::uint32_t counter) {
    if (!last_believed || counter > *last_believed) return Freshness::Fresh;
    return counter == *last_believed ? Freshness::Repeat : Freshness::Replay;
}

}  // namespace millrace::payload
