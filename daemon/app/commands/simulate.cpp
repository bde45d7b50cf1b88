#include "app/commands/simulate.h"

#include <ostream>

#include <CLI/CLI.hpp>

#include "app/exit_code.h"
#include "app/key_files.h"
#include "emulate/runner.h"
#include "emulate/settings.h"

namespace millrace::app {
namespace {

using Problem = std::optional<std::string>;

Problem set_id(const std::string& option, const std::string& text, base::DeviceId& id) {
    if (text.empty()) return std::nullopt;
    const auto parsed = base::DeviceId::parse(text);
    if (!parsed) return option + ": a uuid is 16 hexadecimal digits, such as 61F6F57900000001";
    id = *parsed;
    return std::nullopt;
}

// What was given on top of the emulation's own defaults.
Problem apply(const SimulateOptions& options, emulate::Settings& settings) {
    settings.host = options.host;
    settings.port = options.port;
    settings.bridges = options.bridges;
    settings.sample_qos = static_cast<mqtt::Qos>(options.qos);
    settings.speed = options.speed;
    settings.trace_file = options.trace;
    settings.keep_trace_times = options.keep_trace_times;
    if (options.ml_per_peak > 0) settings.ml_per_peak = options.ml_per_peak;
    settings.seed = options.seed;
    settings.ledger_file = options.ledger;
    settings.drop_line_every = base::Seconds{static_cast<std::int64_t>(options.drop_line_every_s)};
    if (options.duration_s > 0) settings.duration = base::Seconds{static_cast<std::int64_t>(options.duration_s)};
    if (auto problem = set_id("--bridge", options.bridge, settings.bridge)) return problem;
    if (auto problem = set_id("--sensor", options.sensor, settings.sensor)) return problem;
    if (!options.start.empty()) {
        settings.start = base::from_rfc3339(options.start);
        if (!settings.start) return "--start: not a time such as 2026-03-01T06:00:00-07:00";
    }
    if (!options.key_file.empty()) {
        auto key = read_key_file(options.key_file);
        if (!key) return key.error().message;
        settings.key = std::move(*key);
    }
    return std::nullopt;
}

}  // namespace

CLI::App* add_simulate(CLI::App& app, SimulateOptions& options) {
    CLI::App* simulate = app.add_subcommand(
        "simulate", "Emulated bridges, each with a sensor on a household's meter; or what speaks by Bluetooth");
    simulate->add_option("--host", options.host, "Where the bridges connect to")->capture_default_str();
    simulate->add_option("--port", options.port, "Port they connect to")->capture_default_str();
    simulate->add_option("--bridges", options.bridges, "How many; their uuids count up")->capture_default_str();
    simulate->add_option("--bridge", options.bridge, "The first bridge's uuid (61F6F57900000001)");
    simulate->add_option("--sensor", options.sensor, "The first sensor's uuid (61DA80B500000001)");
    simulate->add_option("--key-file", options.key_file, "Seal everything with this key; plain without")
        ->type_name("FILE");
    simulate->add_option("--qos", options.qos, "QoS of samples; at 1 they are sent again until acknowledged")
        ->check(CLI::Range(0, 1))
        ->capture_default_str();
    simulate->add_option("--speed", options.speed, "How many times as fast as real time, until it has caught up")
        ->capture_default_str();
    simulate->add_option("--start", options.start,
                         "The devices' time at the start (RFC 3339); a day ago when --speed is above 1");
    simulate->add_option("--duration", options.duration_s, "Seconds of the devices' time; without end otherwise");
    simulate
        ->add_option("--trace", options.trace,
                     "CSV unix_timestamp,cumulative_<peaks|pulses|ml|l> instead of a built-in household")
        ->type_name("FILE");
    simulate->add_flag("--keep-trace-times", options.keep_trace_times, "Leave the trace's times as they are");
    simulate->add_option("--ml-per-peak", options.ml_per_peak, "The meter's volume per peak (32.9)");
    simulate->add_option("--seed", options.seed, "Seed of the households' random use")->capture_default_str();
    simulate->add_option("--ledger", options.ledger, "Append sensor,timestamp,value of each acknowledged sample")
        ->type_name("FILE");
    simulate->add_option("--drop-line-every", options.drop_line_every_s, "Break each connection every so many seconds");
    add_simulated_beacons(*simulate, options.beacon);
    add_simulated_receiver(*simulate, options.receiver);
    simulate->require_subcommand(0, 1);
    return simulate;
}

int simulate(const SimulateOptions& options, std::ostream& err) {
    if (options.beacon.kind != SimulatedBeacon::None) return simulate_beacon(options.beacon, err);
    if (options.receiver.chosen) return simulate_receiver(options.receiver, err);
    emulate::Settings settings;
    if (const Problem problem = apply(options, settings)) return fail({*problem}, err, kExitUsage);
    return emulate::run(settings, err);
}

}  // namespace millrace::app
