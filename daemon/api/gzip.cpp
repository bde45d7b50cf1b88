#include "api/gzip.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <new>
#include <utility>

#include <zlib.h>

namespace millrace::api {
namespace {

constexpr std::size_t kSliceBytes = 64 * 1024;
constexpr int kWindowBits = 15 + 16;  // the widest window; 16 more means gzip's head and tail, not zlib's
constexpr int kMemoryLevel = 8;       // zlib's usual: 256 KiB while it lasts

}  // namespace

struct Gzip::State {
    State() {
        const int result =
            ::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
        if (result != Z_OK) throw std::bad_alloc();
    }
    ~State() { ::deflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    z_stream stream{};
    std::size_t read = 0;
    std::size_t written = 0;
};

Gzip::Gzip(std::string plain) : plain_(std::move(plain)), state_(std::make_unique<State>()) {}

Gzip::~Gzip() = default;

bool Gzip::step() {
    z_stream& stream = state_->stream;
    const std::size_t slice = std::min(kSliceBytes, plain_.size() - state_->read);
    const bool last = state_->read + slice == plain_.size();
    // Room for what the slice can become at worst and for what zlib still holds of those before it; did it not do, the
    // next step would go on where this one ended.
    const std::size_t room = ::deflateBound(&stream, static_cast<uLong>(slice)) + kSliceBytes;
    packed_.resize(state_->written + room);
    stream.next_in = reinterpret_cast<Bytef*>(plain_.data() + state_->read);
    stream.avail_in = static_cast<uInt>(slice);
    stream.next_out = reinterpret_cast<Bytef*>(packed_.data() + state_->written);
    stream.avail_out = static_cast<uInt>(room);
    const int result = ::deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
    state_->read += slice - stream.avail_in;
    state_->written += room - stream.avail_out;
    assert(result == Z_OK || result == Z_STREAM_END);
    return result != Z_OK;
}

std::string Gzip::take() {
    packed_.resize(state_->written);
    return std::move(packed_);
}

}  // namespace millrace::api
