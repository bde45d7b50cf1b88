// Ends a try that takes too long, from another thread. Any thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace millrace::notify {

class Cancel {
public:
    // While alive, `request` also calls what it was made with.
    class Scope {
    public:
        Scope(Cancel& cancel, std::function<void()> stop) : cancel_(cancel) {
            const std::lock_guard lock(cancel_.mutex_);
            cancel_.stop_ = std::move(stop);
        }
        ~Scope() {
            const std::lock_guard lock(cancel_.mutex_);
            cancel_.stop_ = nullptr;
        }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Cancel& cancel_;
    };

    // May be called again when a first one found nothing to stop. What is called must not block.
    void request() {
        requested_ = true;
        const std::lock_guard lock(mutex_);
        if (stop_) stop_();
    }
    [[nodiscard]] bool requested() const { return requested_; }
    void reset() { requested_ = false; }

private:
    std::atomic<bool> requested_ = false;
    std::mutex mutex_;  // guards stop_, and keeps what it stops alive while it is called
    std::function<void()> stop_;
};

}  // namespace millrace::notify
