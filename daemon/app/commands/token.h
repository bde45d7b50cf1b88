// `millrace token`: let programs and people on other machines use the API and the page.
#pragma once

#include <iosfwd>
#include <string>

#include "app/common_options.h"

namespace millrace::app {

enum class TokenAction { Add, List, Revoke };

struct TokenOptions {
    TokenAction action = TokenAction::List;
    std::string name;
    std::string scope = "read";
    CommonOptions common;
};

CLI::App* add_token(CLI::App& app, TokenOptions& options);

// Exit code. A new token is the only line on `out`.
[[nodiscard]] int token(const TokenOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
