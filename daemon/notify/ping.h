// The dead-man's switch: asks a URL at every interval while all is well, so that somebody else notices our silence.
//
// Loop thread only; asks on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "notify/settings.h"
#include "notify/worker.h"
#include "ports/health.h"

namespace millrace::notify {

class Ping {
public:
    // Without a URL it does nothing.
    Ping(Secret url, base::Seconds interval, const base::Clock& clock, Worker::Post post);

    // To be called every second.
    void tick(bool healthy);
    void ask_to_stop() { worker_.ask_to_stop(); }
    void stop(base::Milliseconds wait) { worker_.stop(wait); }

    void health(std::vector<ports::HealthItem>& items) const;
    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    static constexpr int kIllAfter = 3;

    const Secret url_;
    const base::Seconds interval_;
    const base::Clock& clock_;
    std::optional<base::SteadyTime> last_;
    bool held_back_ = false;  // we are not well, and say so by silence
    int failures_ = 0;        // in a row
    std::string error_;
    std::uint64_t good_ = 0;
    std::uint64_t failed_ = 0;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    Worker worker_;
};

}  // namespace millrace::notify
