// The settings that people changed while the daemon ran (ports::RunTimeSettings): what was chosen, merged, kept, and
// found again at the next start.
//
// A choice stands as long as the config file says of these settings what it said then. Loop thread only.
#pragma once

#include <functional>
#include <string>

#include "ports/controls.h"
#include "ports/records.h"
#include "ports/run_time_settings.h"
#include "settings/settings.h"

namespace millrace::app {

class ChosenSettings final : public ports::RunTimeSettings {
public:
    // Puts them in force and keeps the choice; fails at once when it cannot be now.
    using Use = std::function<base::Result<void, base::Error>(const settings::Settings& wanted,
                                                              ports::ChoiceRecord choice, ports::Controls::Done done)>;

    ChosenSettings(settings::Settings configured, Use use);

    // What was chosen in an earlier run; before anything else.
    void restore(const ports::StoredState& stored);

    [[nodiscard]] const settings::Settings& in_force() const { return in_force_; }

    // ports::RunTimeSettings
    [[nodiscard]] std::string document() const override;
    void change(const std::string& changes, Done done) override;

private:
    const settings::Settings configured_;
    const Use use_;
    settings::Settings in_force_;
    std::string chosen_ = "{}";  // a JSON object
};

}  // namespace millrace::app
