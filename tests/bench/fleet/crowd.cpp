#include "bench/fleet/crowd.h"

#include <algorithm>
#include <utility>

#include "emulate/settings.h"
#include "emulate/water.h"

namespace millrace::fleet {
namespace {

namespace asio = boost::asio;

constexpr base::Milliseconds kLook{20};
constexpr base::Milliseconds kDay = std::chrono::hours{24};
constexpr double kSwitchedOnWithin_s = 1'800;  // before the start: the longest period of a device's reports

// 127.1.0.1 and up, 200 in each of the third byte's networks: all of 127/8 is this machine on Linux.
asio::ip::address source_of(std::size_t number) {
    const auto net = static_cast<std::uint32_t>(number / 200 % 200);
    const auto host = static_cast<std::uint32_t>(number % 200 + 1);
    return asio::ip::address_v4((127U << 24) | (1U << 16) | (net << 8) | host);
}

// The offset from UTC at which it is `hour` o'clock now.
base::Seconds offset_for(double hour, base::WallTime now) {
    const base::Milliseconds of_day = now.time_since_epoch() % kDay;
    const base::Milliseconds wanted{static_cast<std::int64_t>(hour * 3'600'000)};
    return std::chrono::duration_cast<base::Seconds>(wanted - of_day);
}

}  // namespace

Crowd::Crowd(const CrowdSettings& settings)
    : start_(clock_.wall_now()),
      connect_within_(settings.connect_within),
      emulated_(start_, 1, start_, clock_.steady_now()),
      shared_{clock_, emulated_, {}, {}, {}, base::Seconds{0}, {}} {
    shared_.endpoints.emplace_back(asio::ip::address_v4::loopback(), settings.port);
    shared_.recorded = [this](const auto& bridge, const auto& recorded) { record(bridge, recorded); };
    shared_.lost = [this](const std::string&) { ++broken_; };
    ledger_.open(settings.ledger, std::ios::app);
    for (std::size_t number = 0; number < settings.bridges; ++number) lines_.push_back(make_line(settings, number));
}

std::unique_ptr<emulate::Line> Crowd::make_line(const CrowdSettings& settings, std::size_t number) {
    const emulate::Settings names;
    emulate::Random random(number);
    const auto before = base::Milliseconds{static_cast<std::int64_t>(random.between(0, kSwitchedOnWithin_s) * 1000)};
    emulate::HouseholdSettings household;
    household.start = start_ - before;
    household.utc_offset = offset_for(settings.local_hour, start_);
    household.seed = number + 1;
    emulate::BridgeSettings bridge;
    bridge.bridge = emulate::numbered(names.bridge, number);
    bridge.sensor = emulate::numbered(names.sensor, number);
    bridge.key = settings.key;
    bridge.seed = number + 1;
    auto line = std::make_unique<emulate::Line>(
        loop_, shared_, emulate::Bridge(bridge, emulate::make_household(household), household.start), number + 1);
    line->set_source(source_of(number));
    return line;
}

void Crowd::start() {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        lines_[i]->start(connect_within_ * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(lines_.size()));
    }
}

void Crowd::run_for(base::Milliseconds time) {
    loop_.run_for(time);
}

bool Crowd::run_until(const std::function<bool()>& condition, base::Milliseconds at_most) {
    const base::SteadyTime end = clock_.steady_now() + at_most;
    while (!condition()) {
        if (clock_.steady_now() >= end) return false;
        loop_.run_for(kLook);
    }
    return true;
}

std::size_t Crowd::online() const {
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [](const auto& line) { return line->bridge().online(); }));
}

std::size_t Crowd::served() const {
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [](const auto& line) { return line->bridge().served(); }));
}

std::size_t Crowd::done() const {
    return static_cast<std::size_t>(
        std::count_if(lines_.begin(), lines_.end(), [](const auto& line) { return line->done(); }));
}

void Crowd::set_speed(double speed) {
    // A clock that starts at the present and runs faster is taken to have met it already; one from the next millisecond
    // on runs ahead of it.
    const base::SteadyTime now = clock_.steady_now();
    base::WallTime from = emulated_.at(now);
    const base::WallTime wall = clock_.wall_now();
    if (speed > 1) from = std::max(from, wall + base::Milliseconds{1});
    emulated_ = emulate::EmulatedClock(from, speed, wall, now);
    for (auto& line : lines_) line->look_again();
}

void Crowd::cut_all() {
    for (auto& line : lines_) line->cut();
}

void Crowd::power_cycle_all() {
    for (auto& line : lines_) line->power_cycle();
}

void Crowd::finish_all() {
    for (auto& line : lines_) line->finish();
}

void Crowd::stop() {
    for (auto& line : lines_) line->stop();
    ledger_.flush();
}

CrowdCounts Crowd::counts() const {
    CrowdCounts counts;
    for (const auto& line : lines_) {
        counts.sums += line->bridge().statistics();
        const emulate::SampleQueue& queue = line->bridge().queue();
        counts.left += queue.waiting() + queue.outstanding_samples();
        counts.given_up += queue.given_up();
    }
    counts.acknowledged_messages = acknowledged_messages_;
    counts.broken = broken_;
    return counts;
}

void Crowd::record(const emulate::Bridge& bridge, const emulate::Recorded& recorded) {
    ++acknowledged_messages_;
    if (recorded.waited) waits_ms_.push_back(static_cast<float>(static_cast<double>(recorded.waited->count()) / 1e6));
    for (const message::Sample& sample : recorded.samples) {
        ledger_ << bridge.sensor().text() << ',' << sample.timestamp_s << ',' << sample.value << '\n';
    }
}

}  // namespace millrace::fleet
