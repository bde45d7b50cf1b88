// `millrace describe-commands`: the command line in words that programs read. The man page and the shells' completion
// are made of it (packaging/man/renew), so that they say what the program takes.
#pragma once

#include <iosfwd>

namespace CLI {
class App;
}

namespace millrace::app {

// Prints `app`'s commands below it as one JSON object: name, help, options (also those of a command above that may
// stand after this one), commands; without what help does not list. Exit code.
[[nodiscard]] int describe_commands(const CLI::App& app, std::ostream& out);

}  // namespace millrace::app
