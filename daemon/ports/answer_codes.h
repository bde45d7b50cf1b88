// Lets whoever was told of an alarm answer it, from wherever they are: a code that goes with a notice's buttons.
//
// A code is good for one answer to one alarm and says nothing of the others. Whoever has it may give that answer, as
// whoever reads the notice may. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::ports {

// As they stand in the API's paths.
inline constexpr std::string_view kAcknowledge = "acknowledge";
inline constexpr std::string_view kSnooze = "snooze";

class AnswerCodes {
public:
    virtual ~AnswerCodes() = default;

    // Hexadecimal digits, always the same for the same alarm and answer.
    [[nodiscard]] virtual std::string code(std::int64_t incident, std::string_view answer) const = 0;
};

}  // namespace millrace::ports
