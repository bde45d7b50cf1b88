#include "emulate/runner.h"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <ostream>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/system_clock.h"
#include "emulate/line.h"

namespace millrace::emulate {
namespace {

using boost::system::error_code;
using Tcp = boost::asio::ip::tcp;

constexpr base::Milliseconds kLookAround{100};  // between looks at whether the run is over
constexpr base::Seconds kFarewell{30};          // for the last acknowledgements
constexpr base::Milliseconds kStagger{1};       // between the first connections of two bridges
constexpr std::size_t kLossesTold = 20;         // of lost connections; a thousand bridges need not all tell

// A bridge takes a descriptor, and so does its trace; the usual soft limit of 1024 is meant for programs using select.
void allow_many_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

class Run {
public:
    Run(const Settings& settings, const base::Clock& clock, base::WallTime start, std::ostream& log)
        : settings_(settings),
          log_(log),
          start_(start),
          emulated_(start, settings.speed, clock.wall_now(), clock.steady_now()),
          shared_{clock, emulated_, {}, {}, {}, settings.drop_line_every, {}},
          timer_(context_),
          signals_(context_, SIGINT, SIGTERM) {
        shared_.recorded = [this](const Bridge& bridge, const Recorded& recorded) { record(bridge, recorded.samples); };
        shared_.lost = [this](const std::string& reason) {
            if (++losses_ <= kLossesTold) log_ << "connection ended: " << reason << std::endl;
        };
    }

    [[nodiscard]] std::optional<base::Error> prepare() {
        error_code failure;
        Tcp::resolver resolver(context_);
        for (const auto& entry : resolver.resolve(settings_.host, std::to_string(settings_.port), failure)) {
            shared_.endpoints.push_back(entry.endpoint());
        }
        if (failure || shared_.endpoints.empty()) {
            return base::Error{"cannot find the host " + settings_.host + ": " + failure.message()};
        }
        if (!settings_.ledger_file.empty()) {
            ledger_.open(settings_.ledger_file, std::ios::app);
            if (!ledger_) return base::Error{"cannot write the ledger " + settings_.ledger_file};
        }
        for (std::size_t number = 0; number < settings_.bridges; ++number) {
            auto water = open_water(number);
            if (!water) return water.error();
            lines_.push_back(std::make_unique<Line>(context_, shared_,
                                                    Bridge(bridge_settings(number), std::move(*water), start_),
                                                    settings_.seed + number));
        }
        return std::nullopt;
    }

    [[nodiscard]] int go() {
        // Only now: making ready may have taken a while.
        emulated_ = EmulatedClock(start_, settings_.speed, shared_.clock.wall_now(), shared_.clock.steady_now());
        log_ << "emulating " << lines_.size() << (lines_.size() == 1 ? " bridge" : " bridges") << " from "
             << base::to_rfc3339(start_) << " at speed " << settings_.speed << " against " << settings_.host << ":"
             << settings_.port << std::endl;
        signals_.async_wait([this](const error_code& error, int) {
            if (!error) interrupted_ = true, stop();
        });
        for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i]->start(kStagger * i);
        look_around();
        context_.run();
        return tell();
    }

private:
    base::Result<std::unique_ptr<Water>, base::Error> open_water(std::size_t number) const {
        if (!settings_.trace_file.empty()) {
            TraceSettings trace{settings_.trace_file, settings_.ml_per_peak, start_};
            if (settings_.keep_trace_times) trace.start.reset();
            return open_trace(trace);
        }
        HouseholdSettings household;
        household.start = start_;
        household.utc_offset = settings_.utc_offset;
        household.seed = settings_.seed + number;
        household.ml_per_peak = settings_.ml_per_peak;
        return make_household(household);
    }

    BridgeSettings bridge_settings(std::size_t number) const {
        BridgeSettings bridge;
        bridge.bridge = numbered(settings_.bridge, number);
        bridge.sensor = numbered(settings_.sensor, number);
        bridge.key = settings_.key;
        bridge.password = settings_.password;
        bridge.sample_qos = settings_.sample_qos;
        bridge.seed = settings_.seed + number;
        return bridge;
    }

    void record(const Bridge& bridge, const std::vector<message::Sample>& samples) {
        if (!ledger_.is_open()) return;
        for (const message::Sample& sample : samples) {
            ledger_ << bridge.sensor().text() << ',' << sample.timestamp_s << ',' << sample.value << '\n';
        }
        ledger_.flush();
    }

    void look_around() {
        const base::SteadyTime now = shared_.clock.steady_now();
        if (!finish_by_ && (duration_over(now) || all_water_ended())) {
            finish_by_ = now + kFarewell;
            for (auto& line : lines_) line->finish();
        }
        if (finish_by_ && (now >= *finish_by_ || all_done())) return stop();
        timer_.expires_after(kLookAround);
        timer_.async_wait([this](const error_code& error) {
            if (!error) look_around();
        });
    }

    [[nodiscard]] bool duration_over(base::SteadyTime now) const {
        return settings_.duration && emulated_.at(now) >= start_ + *settings_.duration;
    }
    [[nodiscard]] bool all_water_ended() const {
        return std::all_of(lines_.begin(), lines_.end(), [](const auto& line) { return line->bridge().water_ended(); });
    }
    [[nodiscard]] bool all_done() const {
        return std::all_of(lines_.begin(), lines_.end(), [](const auto& line) { return line->done(); });
    }

    void stop() {
        for (auto& line : lines_) line->stop();
        error_code ignored;
        signals_.cancel(ignored);
        timer_.cancel();
    }

    [[nodiscard]] int tell() const {
        BridgeStatistics sum;
        std::uint64_t left = 0;
        std::uint64_t given_up = 0;
        std::size_t never_connected = 0;
        for (const auto& line : lines_) {
            const Bridge& bridge = line->bridge();
            sum += bridge.statistics();
            left += bridge.queue().waiting();
            given_up += bridge.queue().given_up();
            never_connected += bridge.statistics().connections == 0 ? 1 : 0;
        }
        log_ << "samples sent " << sum.samples_sent << ", acknowledged " << sum.samples_acknowledged << ", left "
             << left << ", given up " << given_up << "; publishes " << sum.publishes << "; reconnects "
             << sum.connections - (lines_.size() - never_connected) << ", restarts " << sum.restarts << "; heartbeats "
             << sum.heartbeats << ", errors received " << sum.errors_received << ", unreadable " << sum.unreadable
             << std::endl;
        if (never_connected > 0) log_ << never_connected << " never connected" << std::endl;
        return never_connected > 0 || (left + given_up > 0 && !interrupted_) ? 1 : 0;
    }

    const Settings& settings_;
    std::ostream& log_;
    base::WallTime start_;
    EmulatedClock emulated_;
    LineShared shared_;
    std::ofstream ledger_;
    std::uint64_t losses_ = 0;
    bool interrupted_ = false;
    std::optional<base::SteadyTime> finish_by_;
    boost::asio::io_context context_{1};
    boost::asio::steady_timer timer_;
    boost::asio::signal_set signals_;
    std::vector<std::unique_ptr<Line>> lines_;
};

base::Result<base::WallTime, base::Error> start_time(const Settings& settings, base::WallTime now) {
    if (settings.start) return *settings.start;
    if (!settings.trace_file.empty() && settings.keep_trace_times) return trace_start(settings.trace_file);
    return settings.speed > 1 ? now - std::chrono::hours{24} : now;
}

}  // namespace

int run(const Settings& settings, const base::Clock& clock, std::ostream& log) {
    if (const auto error = check(settings)) return log << error->message << std::endl, 2;
    const auto start = start_time(settings, clock.wall_now());
    if (!start) return log << start.error().message << std::endl, 2;
    allow_many_descriptors();
    Run run(settings, clock, *start, log);
    if (const auto error = run.prepare()) return log << error->message << std::endl, 1;
    return run.go();
}

int run(const Settings& settings, std::ostream& log) {
    const base::SystemClock clock;
    return run(settings, clock, log);
}

}  // namespace millrace::emulate
