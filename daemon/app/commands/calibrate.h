// `millrace calibrate`: what a peak is worth, asked of and told to the running daemon.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "app/daemon_options.h"
#include "base/time.h"

namespace CLI {
class App;
}

namespace millrace::app {

enum class CalibrateAction { Show, Set, Draw, Reading, Fit, Undo };

// As given on the command line; empty means not given.
struct CalibrateOptions {
    CalibrateAction action = CalibrateAction::Show;
    DaemonOptions daemon;
    std::string sensor;
    std::string from;
    double ml_per_peak = 0;
    double gal_per_peak = 0;
    double volume = -1;
    std::string unit = "l";
    std::string started;
    std::string stopped;
    std::string time;
    bool dry_run = false;
    bool apply = false;
    std::int64_t number = 0;
};

CLI::App* add_calibrate(CLI::App& app, CalibrateOptions& options);

// What the command has of the outside world.
struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    const base::Clock& clock;
    std::function<void(base::Milliseconds)> wait;
};

// Exit code. `address` is where the daemon is asked.
[[nodiscard]] int calibrate(const CalibrateOptions& options, const DaemonAddress& address, Console& console);

}  // namespace millrace::app
