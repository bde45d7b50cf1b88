// Arbitrary bytes are opened as a box, and sealed as a text that must open again and must not once it is changed.
// Input: one byte that picks the bit to change, then the bytes.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "payload/secretbox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace millrace;
    if (size == 0) return 0;
    static const auto key = payload::SecretKey::from_bytes(base::Bytes(payload::SecretKey::kBytes, 0x42)).value();
    const base::ByteView input(data + 1, size - 1);

    const auto opened = payload::open(input, key);
    if (opened && opened->size() + payload::kSealOverhead != input.size()) std::abort();

    const std::array<std::uint8_t, payload::kIvBytes> iv{data[0]};
    base::Bytes sealed = payload::seal(input, key, iv);
    const auto again = payload::open(sealed, key);
    if (!again || *again != base::Bytes(input.begin(), input.end())) std::abort();

    const std::size_t bit = (data[0] * std::size_t{2654435761}) % (sealed.size() * 8);
    sealed[bit / 8] = static_cast<std::uint8_t>(sealed[bit / 8] ^ (1U << (bit % 8)));
    if (payload::open(sealed, key)) std::abort();
    return 0;
}
