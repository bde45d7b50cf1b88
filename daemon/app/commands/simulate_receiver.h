// `millrace simulate receiver`: a home-made receiver that passes a bridge's frames on by Bluetooth, by an adapter of
// this machine.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace millrace::app {

struct SimulateReceiverOptions {
    bool chosen = false;
    std::vector<std::string> files;  // captures, as `millrace decode` takes them
    std::string adapter = "hci0";
    std::string name = "Receiver";
    std::string service;
    std::string characteristic;
    double every_s = 1;
};

// As a subcommand of `simulate`.
void add_simulated_receiver(CLI::App& simulate, SimulateReceiverOptions& options);

// Passes on the messages of the captures to whoever listens, then ends. Exit code: failed when not all were.
[[nodiscard]] int simulate_receiver(const SimulateReceiverOptions& options, std::ostream& err);

}  // namespace millrace::app
