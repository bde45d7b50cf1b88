// Notifications of any sort, cut from the input: a length byte, a byte of tenths of seconds that pass, then that many
// bytes. What comes out must split and join to itself, and what is a frame must be written as it was read.
#include <cstdlib>

#include "ble/fragment.h"
#include "ble/fragment_joiner.h"
#include "ble/fragment_splitter.h"
#include "ble/frame_bytes.h"

using namespace millrace;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_frame(const base::Bytes& bytes, std::size_t longest) {
    require(bytes.size() <= ble::kLongestFrame);
    ble::FragmentSplitter splitter(longest);
    ble::FragmentJoiner joiner;
    std::optional<base::Bytes> again;
    for (const base::Bytes& fragment : splitter.split(bytes)) {
        require(!again);
        again = joiner.take(fragment, {});
    }
    require(again == bytes && joiner.broken() == 0);
    const auto frame = ble::read_frame(bytes);
    if (frame) require(ble::write_frame(*frame) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    base::ByteView rest(data, size);
    ble::FragmentJoiner joiner;
    base::SteadyTime now{};
    while (rest.size() >= 2) {
        const std::size_t length = std::min<std::size_t>(rest[0], rest.size() - 2);
        now += base::Milliseconds{100} * rest[1];
        const std::uint64_t before = joiner.broken();
        const auto frame = joiner.take(rest.subspan(2, length), now);
        require(joiner.broken() >= before);
        if (frame) check_frame(*frame, rest[0]);
        rest = rest.subspan(2 + length);
    }
    return 0;
}
