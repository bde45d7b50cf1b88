#include "doctor/wait.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace millrace::doctor {

// How soon the end of the daemon is noticed.
constexpr base::Milliseconds kSlice{100};

Wait::Wait(const Bounds& bounds, base::Milliseconds limit)
    : bounds_(bounds), until_(bounds.clock.steady_now() + limit) {}

base::Milliseconds Wait::left() const {
    return std::chrono::ceil<base::Milliseconds>(until_ - bounds_.clock.steady_now());
}

bool Wait::over() const {
    return bounds_.cancelled || left().count() <= 0;
}

bool Wait::poll(std::vector<pollfd>& sockets, base::Milliseconds at_most) const {
    const base::SteadyTime begun = bounds_.clock.steady_now();
    while (!over()) {
        const auto spent = std::chrono::floor<base::Milliseconds>(bounds_.clock.steady_now() - begun);
        const base::Milliseconds rest = std::min(at_most - spent, left());
        if (rest.count() < 0) return false;
        const int ready = ::poll(sockets.data(), sockets.size(), static_cast<int>(std::min(rest, kSlice).count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
        if (rest <= kSlice) return false;
    }
    return false;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

std::string words_of(int error_number) {
    return std::generic_category().message(error_number);
}

}  // namespace millrace::doctor
