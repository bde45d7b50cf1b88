#include "app/commands/simulate_bluetooth.h"

#include <cmath>
#include <csignal>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/exit_code.h"
#include "app/key_files.h"
#include "base/system_clock.h"
#include "ble/adapter_address.h"
#include "ble/advertiser.h"
#include "emulate/beacon.h"

namespace millrace::app {
namespace {

using base::Milliseconds;
using boost::system::error_code;
using ports::BluetoothPart;

constexpr Milliseconds kLookAtBlueZ{50};  // between looks at how BlueZ does
constexpr double kMostSeconds = 1e9;
constexpr double kMicrolitresPerLitre = 1e6;
constexpr double kSecondsPerMinute = 60;

Milliseconds milliseconds(double seconds) {
    return Milliseconds{std::llround(seconds * 1'000)};
}

std::optional<Milliseconds> given(double seconds) {
    return seconds < 0 ? std::nullopt : std::optional(milliseconds(seconds));
}

std::variant<emulate::PuckSettings, emulate::MeterSettings> device_of(const SimulateBeaconOptions& options) {
    if (options.kind == SimulatedBeacon::Puck) {
        return emulate::PuckSettings{given(options.wet_after_s), given(options.dry_after_s), options.battery_percent};
    }
    emulate::MeterSettings meter;
    meter.flow = {std::llround(options.flow_l_per_min * kMicrolitresPerLitre / kSecondsPerMinute)};
    meter.total = {std::llround(options.total_l * kMicrolitresPerLitre)};
    meter.battery_percent = options.battery_percent;
    return meter;
}

class BluetoothRun {
public:
    BluetoothRun(const SimulateBeaconOptions& options, std::optional<payload::BindKey> key, std::ostream& log)
        : options_(options),
          key_(std::move(key)),
          log_(log),
          address_(loop_, options_.adapter, "", [this](const auto& address) { begin(address); }),
          timer_(loop_),
          signals_(loop_, SIGINT, SIGTERM) {}

    [[nodiscard]] int go() {
        signals_.async_wait([this](const error_code& error, int) {
            if (!error) stop();
        });
        begun_ = clock_.steady_now();
        address_.start();
        look_around();
        loop_.run();
        return on_air_since_ ? kExitGood : kExitFailed;
    }

private:
    // The adapter's address is the device's.
    void begin(const base::BluetoothAddress& address) {
        own_ = address.str();
        std::optional<emulate::Seal> seal;
        if (key_) seal = emulate::Seal{address, *key_, first_counter()};
        beacon_.emplace(device_of(options_), std::move(seal));
        // Who cannot be connected to is given an address of the moment by the kernel, and would be a stranger each
        // time.
        ble::AdvertiserSettings settings{options_.adapter, options_.name, true, ""};
        advertiser_.emplace(loop_, std::move(settings), beacon_->say(Milliseconds{0}));
        advertiser_->start();
    }

    // A later run counts on from a higher one.
    [[nodiscard]] std::uint32_t first_counter() const {
        const std::int64_t counter = options_.counter < 0 ? base::unix_s(clock_.wall_now()) : options_.counter;
        return static_cast<std::uint32_t>(counter);
    }

    void look_around() {
        const base::SteadyTime now = clock_.steady_now();
        tell_problem(advertiser_ ? advertiser_->problem() : address_.problem());
        if (advertiser_ && advertiser_->state() == BluetoothPart::Working) go_on(now);
        const auto elapsed = std::chrono::floor<Milliseconds>(now - on_air_since_.value_or(begun_));
        if (options_.duration_s > 0 && elapsed >= milliseconds(options_.duration_s)) return stop();
        timer_.expires_after(kLookAtBlueZ);
        timer_.async_wait([this](const error_code& error) {
            if (!error) look_around();
        });
    }

    void go_on(base::SteadyTime now) {
        if (!on_air_since_) {
            on_air_since_ = now;
            said_at_ = Milliseconds{0};
            change_at_ = beacon_->next_change(Milliseconds{-1});
            log_ << own_ << " advertises by " << options_.adapter << std::endl;
        }
        const auto since = std::chrono::floor<Milliseconds>(now - *on_air_since_);
        const bool changed = change_at_ && since >= *change_at_;
        if (!changed && since - said_at_ < milliseconds(options_.every_s)) return;
        said_at_ = since;
        change_at_ = beacon_->next_change(since);
        advertiser_->set_service_data(beacon_->say(since));
    }

    void tell_problem(const std::string& problem) {
        if (problem != std::exchange(problem_, problem) && !problem.empty()) log_ << problem << std::endl;
    }

    void stop() {
        if (advertiser_) advertiser_->stop();
        error_code ignored;
        signals_.cancel(ignored);
        timer_.cancel();
        loop_.stop();
    }

    const SimulateBeaconOptions& options_;
    std::optional<payload::BindKey> key_;
    std::ostream& log_;
    base::SystemClock clock_;
    boost::asio::io_context loop_{1};
    ble::AdapterAddress address_;
    std::optional<emulate::Beacon> beacon_;
    std::optional<ble::Advertiser> advertiser_;
    boost::asio::steady_timer timer_;
    boost::asio::signal_set signals_;
    base::SteadyTime begun_;
    std::optional<base::SteadyTime> on_air_since_;
    Milliseconds said_at_{0};
    std::optional<Milliseconds> change_at_;
    std::string own_;
    std::string problem_;
};

void add_common(CLI::App& command, SimulateBeaconOptions& options) {
    command.add_option("--adapter", options.adapter, "The adapter of this machine that advertises")
        ->capture_default_str();
    command.add_option("--name", options.name, "The name that the device says it has; none otherwise");
    command
        .add_option("--bind-key-file", options.bind_key_file,
                    "Encrypt what it says with this key: 32 hex digits or 16 raw bytes")
        ->type_name("FILE");
    command.add_option("--counter", options.counter, "Where its encryption counter begins; at the unix time otherwise")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{0xFFFF'FFFF}));
    command.add_option("--battery", options.battery_percent, "What is left of its battery, in percent")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    command.add_option("--every", options.every_s, "Seconds until it says anew how it is")
        ->check(CLI::Range(0.05, kMostSeconds))
        ->capture_default_str();
    command.add_option("--duration", options.duration_s, "Seconds on the air; without end otherwise")
        ->check(CLI::Range(0.0, kMostSeconds));
}

}  // namespace

void add_simulated_beacons(CLI::App& simulate, SimulateBeaconOptions& options) {
    CLI::App* puck = simulate.add_subcommand("puck", "A leak puck that advertises in BTHome's format, by BlueZ");
    puck->callback([&options] { options.kind = SimulatedBeacon::Puck; });
    add_common(*puck, options);
    puck->add_option("--wet-after", options.wet_after_s, "Seconds until it gets wet; it stays dry otherwise")
        ->check(CLI::Range(0.0, kMostSeconds));
    puck->add_option("--dry-after", options.dry_after_s, "Seconds from there until it is dry again; never otherwise")
        ->check(CLI::Range(0.0, kMostSeconds));

    CLI::App* meter = simulate.add_subcommand("meter", "A water meter that advertises in BTHome's format, by BlueZ");
    meter->callback([&options] { options.kind = SimulatedBeacon::Meter; });
    add_common(*meter, options);
    constexpr double kMostFlow = 1'000;       // a sixteen-bit flow holds 1,092 l/min
    constexpr double kMostTotal = 4'294'967;  // what 32 bits of millilitres hold
    meter->add_option("--flow", options.flow_l_per_min, "Litres a minute that run all the time")
        ->check(CLI::Range(0.0, kMostFlow))
        ->capture_default_str();
    meter->add_option("--total", options.total_l, "Litres on its register at the start")
        ->check(CLI::Range(0.0, kMostTotal))
        ->capture_default_str();
}

int simulate_beacon(const SimulateBeaconOptions& options, std::ostream& err) {
    std::optional<payload::BindKey> key;
    if (!options.bind_key_file.empty()) {
        auto read = read_bind_key_file(options.bind_key_file);
        if (!read) return fail(read.error(), err);
        key = std::move(*read);
    }
    return BluetoothRun(options, std::move(key), err).go();
}

}  // namespace millrace::app
