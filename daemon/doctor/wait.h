// Waiting for sockets up to a limit, and not longer than the daemon runs. One thread.
#pragma once

#include <poll.h>

#include <atomic>
#include <string>
#include <vector>

#include "base/time.h"

namespace millrace::doctor {

// What a probe may use of the world besides its sockets.
struct Bounds {
    const base::Clock& clock;
    const std::atomic<bool>& cancelled;
};

class Wait {
public:
    Wait(const Bounds& bounds, base::Milliseconds limit);

    [[nodiscard]] bool over() const;
    // True when something is ready; false after `at_most`, or when it is over.
    [[nodiscard]] bool poll(std::vector<pollfd>& sockets, base::Milliseconds at_most = base::Milliseconds::max()) const;

private:
    [[nodiscard]] base::Milliseconds left() const;

    Bounds bounds_;
    base::SteadyTime until_;
};

// A descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

// "Connection refused".
[[nodiscard]] std::string words_of(int error_number);

}  // namespace millrace::doctor
