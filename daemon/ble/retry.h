// Trying again later, after a wait that doubles. Loop thread only.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/time.h"

namespace millrace::ble {

// A timer whose function is not called any more once it is gone or has been cancelled, even if its time had come.
class Delay {
public:
    explicit Delay(boost::asio::io_context& loop) : timer_(loop) {}
    ~Delay() { cancel(); }
    Delay(const Delay&) = delete;
    Delay& operator=(const Delay&) = delete;

    void after(base::Milliseconds wait, std::function<void()> function) {
        cancel();
        pending_ = std::make_shared<bool>(true);
        timer_.expires_after(wait);
        timer_.async_wait([pending = pending_, function = std::move(function)](const boost::system::error_code&) {
            if (std::exchange(*pending, false)) function();
        });
    }
    void cancel() {
        if (pending_) *pending_ = false;
        timer_.cancel();
    }
    [[nodiscard]] bool pending() const { return pending_ && *pending_; }

private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> pending_;
};

class Backoff {
public:
    Backoff(base::Milliseconds first, base::Milliseconds longest) : first_(first), longest_(longest), next_(first) {}

    [[nodiscard]] base::Milliseconds next() { return std::exchange(next_, std::min(next_ * 2, longest_)); }
    void reset() { next_ = first_; }

private:
    base::Milliseconds first_;
    base::Milliseconds longest_;
    base::Milliseconds next_;
};

}  // namespace millrace::ble
