// `millrace simulate puck` and `millrace simulate meter`: a device that advertises in BTHome's format by an adapter of
// this machine.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace millrace::app {

enum class SimulatedBeacon : std::uint8_t { None, Puck, Meter };

// As given on the command line. Negative: not given.
struct SimulateBeaconOptions {
    SimulatedBeacon kind = SimulatedBeacon::None;
    std::string adapter = "hci0";
    std::string name;
    std::string bind_key_file;
    std::int64_t counter = -1;
    int battery_percent = 90;
    double every_s = 5;
    double duration_s = 0;
    double wet_after_s = -1;
    double dry_after_s = -1;
    double flow_l_per_min = 6;
    double total_l = 0;
};

// As subcommands of `simulate`.
void add_simulated_beacons(CLI::App& simulate, SimulateBeaconOptions& options);

// Until its duration is over or a signal comes. Exit code: failed when nothing was ever advertised.
[[nodiscard]] int simulate_beacon(const SimulateBeaconOptions& options, std::ostream& err);

}  // namespace millrace::app
