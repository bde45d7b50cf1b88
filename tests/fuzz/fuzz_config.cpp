// Config files, and changes of them while the daemon runs: whatever the text, there are settings or problems, every
// problem can be printed, and what may be changed is written so that it reads as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "settings/run_time.h"
#include "settings/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    using millrace::settings::run_time_json;
    static const auto kDefaults = millrace::settings::parse("", "");
    const auto changed = millrace::settings::with_choices(*kDefaults, text);
    if (!changed && changed.error().empty()) std::abort();
    const auto settings = millrace::settings::parse(text, "/etc/millrace");
    if (settings) {
        const std::string written = run_time_json(*settings);
        const auto again = millrace::settings::with_choices(*kDefaults, written);
        if (!again || run_time_json(*again) != written) std::abort();
        return 0;
    }
    if (settings.error().empty() || settings.error().size() > millrace::settings::kMaxProblems + 1) std::abort();
    for (const auto& problem : settings.error()) {
        const std::string line = millrace::settings::to_line("file", problem);
        if (problem.message.empty() || line.find('\n') != std::string::npos) std::abort();
    }
    return 0;
}
