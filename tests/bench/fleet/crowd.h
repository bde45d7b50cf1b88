// Emulated bridges by the thousand on one loop, for measuring the daemon that they connect to.
//
// Each is a household's bridge with one sensor as `millrace simulate` runs it (emulate/line.h), switched on at some
// moment of the half hour before the start, so that reports every ten minutes do not all come at once. Their
// connections come from many loopback addresses, as those of many houses do. One thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/system_clock.h"
#include "emulate/line.h"

namespace millrace::fleet {

struct CrowdSettings {
    std::uint16_t port = 0;  // of the daemon, on 127.0.0.1
    std::size_t bridges = 100;
    payload::SecretKey key;
    std::string ledger;       // `sensor,timestamp,value` of each acknowledged sample goes here
    double local_hour = 7.0;  // of the households' day, when it starts; their mornings are the busiest
    base::Milliseconds connect_within{10'000};  // the first connections are spread over this
};

// Sums of all bridges since the start.
struct CrowdCounts {
    emulate::BridgeStatistics sums;
    std::uint64_t acknowledged_messages = 0;  // with samples
    std::uint64_t left = 0;                   // samples that are made and not acknowledged
    std::uint64_t given_up = 0;               // samples that a sensor's memory had no room for
    std::uint64_t broken = 0;                 // connections that ended, on whoever's account
};

class Crowd {
public:
    explicit Crowd(const CrowdSettings& settings);

    void start();
    // Lets the bridges live for so long.
    void run_for(base::Milliseconds time);
    // Lets them live until the condition holds, which is looked at 50 times a second. False when that takes longer than
    // `at_most`.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition, base::Milliseconds at_most);

    [[nodiscard]] std::size_t online() const;
    [[nodiscard]] std::size_t served() const;
    [[nodiscard]] std::size_t done() const;
    [[nodiscard]] std::size_t size() const { return lines_.size(); }

    // From now on the devices' time passes so many times as fast as real time, on from where it is.
    void set_speed(double speed);
    void cut_all();
    void power_cycle_all();
    // No more water; what waits goes out.
    void finish_all();
    void stop();

    [[nodiscard]] CrowdCounts counts() const;
    // From PUBLISH to PUBACK in milliseconds, of each message acknowledged since the last call.
    [[nodiscard]] std::vector<float> take_waits() { return std::exchange(waits_ms_, {}); }

private:
    [[nodiscard]] std::unique_ptr<emulate::Line> make_line(const CrowdSettings& settings, std::size_t number);
    void record(const emulate::Bridge& bridge, const emulate::Recorded& recorded);

    const base::SystemClock clock_;
    base::WallTime start_;
    base::Milliseconds connect_within_;
    emulate::EmulatedClock emulated_;
    emulate::LineShared shared_;
    std::ofstream ledger_;
    std::vector<float> waits_ms_;
    std::uint64_t acknowledged_messages_ = 0;
    std::uint64_t broken_ = 0;
    boost::asio::io_context loop_{1};
    std::vector<std::unique_ptr<emulate::Line>> lines_;
};

}  // namespace millrace::fleet
