// The command line.
#pragma once

namespace millrace::app {

// Runs the command that the arguments name and returns the exit code: 0 good, 1 failed, 2 usage, or for `run` a
// config file that cannot be used, 3 finished with findings.
[[nodiscard]] int run_command_line(int argc, char** argv);

}  // namespace millrace::app
