// Settings of the config file that may also be changed while the daemon runs.
//
// Loop thread only; `done` is called later on the loop, exactly once, when the change is in force and on disk or has
// failed.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace::ports {

class RunTimeSettings {
public:
    virtual ~RunTimeSettings() = default;

    // One JSON object: `settings`, all of them as they are, in the config file's form, and `chosen`, the names of those
    // that were chosen here and go before the file.
    [[nodiscard]] virtual std::string document() const = 0;

    struct Refusal {
        std::vector<std::pair<std::string, std::string>> problems;  // a setting's name, and what is wrong with it
        std::string not_now;                                        // without problems: why it has to wait, or failed
        bool not_kept = false;                                      // in force, but not on disk
    };
    using Done = std::function<void(base::Result<void, Refusal>)>;

    // `changes` is a JSON object in the config file's form. What it does not name stays; null goes back to what the
    // file says; a tariff is taken as a whole.
    virtual void change(const std::string& changes, Done done) = 0;
};

}  // namespace millrace::ports
