// The codes of notices' buttons: an HMAC under a key of this installation, kept in the state directory so that buttons
// of earlier notices work after a restart. The key is in no backup; after a restore older buttons do nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/installation_key.h"
#include "ports/answer_codes.h"
#include "ports/random.h"

namespace millrace::app {

class AnswerCodes final : public ports::AnswerCodes {
public:
    // Reads `state_dir`/answer.key, or makes it, readable for its owner only. Where that fails the codes last until the
    // end of the program, and the log says so.
    AnswerCodes(const std::string& state_dir, ports::Random& random);
    ~AnswerCodes() override;
    AnswerCodes(const AnswerCodes&) = delete;
    AnswerCodes& operator=(const AnswerCodes&) = delete;

    [[nodiscard]] std::string code(std::int64_t incident, std::string_view answer) const override;

private:
    InstallationKey key_;
};

}  // namespace millrace::app
