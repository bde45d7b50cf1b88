// Compresses one text with gzip, a slice at a time, so that the loop does other things in between. Pure.
//
// The fastest level: of a year of hours (0.9 MB of JSON) it leaves a sixth; zlib's usual level leaves an eighth for
// three times the work. A slice took 0.2 ms where tests/bench/figures.md was measured; a small board may need ten times
// that.
#pragma once

#include <memory>
#include <string>

namespace millrace::api {

class Gzip {
public:
    explicit Gzip(std::string plain);
    ~Gzip();
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    // Compresses the next 64 KiB; true once there is no more, which is when `take` may be called. Throws bad_alloc.
    [[nodiscard]] bool step();
    [[nodiscard]] std::string take();

private:
    struct State;
    std::string plain_;
    std::string packed_;
    std::unique_ptr<State> state_;
};

}  // namespace millrace::api
