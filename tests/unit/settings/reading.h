// Settings as a test writes them: text in, what was read or what is wrong with it out.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "settings/settings.h"

namespace millrace::settings {

inline Settings parsed(std::string_view text) {
    auto settings = parse(text, "/etc/millrace");
    EXPECT_TRUE(settings.has_value()) << to_line("config", settings ? Problem{} : settings.error().front());
    return settings ? *settings : Settings{};
}

// What is wrong with it, a line each; empty: nothing.
inline std::string lines(std::string_view text) {
    const auto settings = parse(text, "/etc/millrace");
    std::string all;
    if (settings) return all;
    for (const Problem& problem : settings.error()) all += to_line("c", problem) + '\n';
    return all;
}

}  // namespace millrace::settings
