// What checks of the set-up find, and who makes them.
//
// Values. No secrets: no password, key, token or user name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace millrace::ports {

enum class CheckState : std::uint8_t {
    Ok,
    Note,     // worth knowing, nothing to mend
    Warning,  // works, but not for long or not always
    Problem,  // does not work
    Unknown,  // could not be found out
};

[[nodiscard]] constexpr std::string_view name(CheckState state) {
    switch (state) {
        case CheckState::Ok: return "ok";
        case CheckState::Note: return "note";
        case CheckState::Warning: return "warning";
        case CheckState::Problem: return "problem";
        case CheckState::Unknown: return "unknown";
    }
    return "unknown";
}

struct Check {
    std::string id;  // of a fixed set; see openapi.json
    CheckState state = CheckState::Unknown;
    std::string summary;                                     // one sentence
    std::string remedy;                                      // how to mend it; empty: nothing to mend
    std::vector<std::pair<std::string, std::string>> facts;  // what it was judged by

    // Something that wants attention.
    [[nodiscard]] bool is_finding() const { return state == CheckState::Warning || state == CheckState::Problem; }
    bool operator==(const Check&) const = default;
};

struct CheckRun {
    base::WallTime time;  // when it was begun
    base::Milliseconds took{0};
    std::vector<Check> checks;
};

// Who is asked besides those that the system and the settings name.
struct CheckWishes {
    std::vector<std::string> name_servers;  // addresses, each with or without a port
    std::vector<std::string> time_servers;  // names or addresses, each with or without a port

    bool operator==(const CheckWishes&) const = default;
};

// Loop thread only. Answers come later on the loop, exactly once.
class Checks {
public:
    virtual ~Checks() = default;

    static constexpr std::size_t kMostServers = 4;  // of each kind in one run

    using Answer = std::function<void(base::Result<CheckRun, base::Error>)>;

    // One run at a time: who asks for the same meanwhile gets its outcome, who asks for something else waits for his
    // own. Fails when too many wait, and when the daemon stops.
    virtual void run(CheckWishes wishes, Answer answer) = 0;
    [[nodiscard]] virtual std::optional<CheckRun> last() const = 0;
};

}  // namespace millrace::ports
