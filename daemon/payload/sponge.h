// The sponge under the sealed box: FORMAT.md's start, text passes and end.
//
// Input and output pass through row a of the state only, so a block is one vector. A value that wipes itself; the
// caller takes in key and message, then calls the passes and end in the order of FORMAT.md. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "payload/gimli.h"

namespace millrace::payload {

enum class Tag : std::uint8_t {
    Header = 0x01,
    Payload = 0x02,
    Final = 0x08,
    FinalIvPass = 0xf8,
    Key = 0xff,
    KeyIvPass = 0xfe,
};

class Sponge {
public:
    static constexpr std::size_t kBlock = kGimliRowBytes;
    static constexpr std::size_t kContextBytes = 8;
    using KeyView = std::span<const std::uint8_t, 32>;
    using IvView = std::span<const std::uint8_t, 20>;
    using Inner = std::array<std::uint8_t, 2 * kBlock>;

    Sponge() = default;
    Sponge(const Sponge&) = delete;
    Sponge& operator=(const Sponge&) = delete;
    ~Sponge();

    // Steps 1 to 3 of the start. Of the context the first eight bytes count.
    void take_key(KeyView key, std::string_view context, Tag key_tag);
    // Goes on from the state another sponge had after take_key.
    void resume(const GimliState& state) { state_ = state; }
    // Steps 4 and 5.
    void take_message(IvView iv, std::uint64_t message_id);

    void hash(base::ByteView plain);
    // `out` has room for as many bytes as go in.
    void encrypt(base::ByteView plain, std::uint8_t* out);
    void decrypt(base::ByteView cipher, std::uint8_t* out);

    void end(KeyView key, Tag tag);

    // Bytes 16..47 of the state, of which an iv or a mac is the beginning.
    void read_inner(Inner& out) const;

    // A secret as good as the key once the key is in.
    [[nodiscard]] const GimliState& state() const { return state_; }

private:
    using Block = std::array<std::uint8_t, kBlock>;

    void finish_text(Block& last, std::size_t used);
    void absorb(const std::uint8_t* block, Tag tag);
    void permute_with(Tag tag);

    GimliState state_;
};

}  // namespace millrace::payload
