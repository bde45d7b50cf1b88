// Config files: whatever the text, there are settings or problems, and every problem can be printed.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "settings/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto settings = millrace::settings::parse(text, "/etc/millrace");
    if (settings) return 0;
    if (settings.error().empty() || settings.error().size() > millrace::settings::kMaxProblems + 1) std::abort();
    for (const auto& problem : settings.error()) {
        const std::string line = millrace::settings::to_line("file", problem);
        if (problem.message.empty() || line.find('\n') != std::string::npos) std::abort();
    }
    return 0;
}
