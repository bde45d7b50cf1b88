// BTHome's encrypted service data, opened and sealed: AES-128 in CCM mode with a tag of four bytes.
//
//   device information byte | ciphertext | counter (4 bytes, little-endian) | tag (4 bytes)
//
// The nonce is the device's address as it is written, the UUID as it is sent (D2 FC), the device information byte and
// the counter. `../message/BTHOME.md` tells the rest. Sealing is for tests and for `millrace simulate`. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bluetooth_address.h"
#include "base/bytes.h"
#include "payload/bind_key.h"

namespace millrace::payload {

// The bit of the device information byte that says whether what follows it is encrypted.
inline constexpr std::uint8_t kEncryptedBit = 0x01;

// The counter and the tag.
inline constexpr std::size_t kAdvertisementOverhead = 8;

// An advertising data element has one byte for its length, and of those 255 bytes type and UUID take three.
inline constexpr std::size_t kMaxServiceDataBytes = 252;

struct OpenedAdvertisement {
    base::Bytes plain;  // the device information byte with its encryption bit cleared, then the objects
    std::uint32_t counter = 0;
};

// Nothing when the service data says that it is not encrypted, holds less than one object's first byte or more than an
// advertisement can, or its tag does not fit key, address and counter; no plaintext survives that. One forgery in four
// thousand million passes so short a tag, and what was recorded opens again: ask `freshness` too.
[[nodiscard]] std::optional<OpenedAdvertisement> open_advertisement(base::ByteView service_data,
                                                                    const base::BluetoothAddress& address,
                                                                    const BindKey& key);

// `plain` is a device information byte, whose encryption bit is set here, and at least one object. A key must never
// seal two different texts with one counter. Nothing when there is no object or it would not fit an advertisement.
[[nodiscard]] std::optional<base::Bytes> seal_advertisement(base::ByteView plain, const base::BluetoothAddress& address,
                                                            const BindKey& key, std::uint32_t counter);

// What the counter of an advertisement says against the last one that was believed.
enum class Freshness : std::uint8_t {
    Fresh,   // to be believed
    Repeat,  // the same once more: devices send each several times so that one arrives. Nothing new
    Replay,  // older than what was heard: recorded by somebody, or a device that has begun to count anew
};

// Only a higher counter is fresh. Home Assistant also believes every counter below 100, for devices that begin anew
// when their battery is changed; but whoever has recorded a device's first hundred advertisements could then let a dry
// puck say again that it is wet, or a wet one that it is dry. So here such a device stays unheard until its owner
// adopts it anew, which forgets the last counter. A counter that runs over would have to be sent once a second for 136
// years.
[[nodiscard]] Freshness freshness(std::optional<std::uint32_t> last_believed, std::uint32_t counter);

}  // namespace millrace::payload
