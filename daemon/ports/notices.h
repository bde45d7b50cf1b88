// What a person should read in the log, said by rooms that do not log themselves. Every notice is said once per change
// of state, never once per message, so that no remote peer can fill the log.
#pragma once

#include <cstdint>
#include <string>

namespace millrace::ports {

enum class Severity : std::uint8_t { Info, Warning, Error };

class Notices {
public:
    virtual ~Notices() = default;
    virtual void notice(Severity severity, const std::string& text) = 0;
};

}  // namespace millrace::ports
