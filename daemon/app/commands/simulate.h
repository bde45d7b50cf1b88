// The options of `millrace simulate`.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "app/commands/simulate_bluetooth.h"
#include "app/commands/simulate_receiver.h"

namespace CLI {
class App;
}

namespace millrace::app {

// As given on the command line; empty means not given.
struct SimulateOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 1883;
    std::size_t bridges = 1;
    std::string bridge;
    std::string sensor;
    std::string key_file;
    int qos = 1;
    double speed = 1;
    std::string start;
    double duration_s = 0;
    std::string trace;
    bool keep_trace_times = false;
    double ml_per_peak = 0;
    std::uint64_t seed = 1;
    std::string ledger;
    double drop_line_every_s = 0;
    // Where something else than bridges is emulated.
    SimulateBeaconOptions beacon;
    SimulateReceiverOptions receiver;
};

CLI::App* add_simulate(CLI::App& app, SimulateOptions& options);

// Exit code.
[[nodiscard]] int simulate(const SimulateOptions& options, std::ostream& err);

}  // namespace millrace::app
