#include "app/commands/token.h"

#include <filesystem>
#include <ostream>

#include <CLI/CLI.hpp>

#include "app/effective_settings.h"
#include "app/exit_code.h"
#include "app/system_random.h"
#include "app/token_file.h"
#include "base/system_clock.h"

namespace millrace::app {
namespace {

int add(const TokenOptions& options, const std::string& path, access::TokenBook book, std::ostream& out,
        std::ostream& err) {
    access::TokenChance chance{};
    SystemRandom().fill(chance);
    const std::string text = access::token_text(chance);
    const access::Scope scope = access::token_scope_of(options.scope).value_or(access::Scope::Read);
    auto added = book.add({options.name, scope, access::sha256(text), base::SystemClock().wall_now()});
    if (!added) return fail(added.error(), err);
    if (auto kept = write_token_file(path, book); !kept) return fail(kept.error(), err);
    out << text << '\n';
    err << "this is the only time it is shown; send it as \"Authorization: Bearer\", or log in on the page with it\n";
    return kExitGood;
}

int list(const access::TokenBook& book, std::ostream& out, std::ostream& err) {
    if (book.tokens().empty()) err << "there are no tokens; make one with `millrace token add NAME`\n";
    for (const access::Token& token : book.tokens()) {
        out << token.name << '\t' << name(token.scope) << '\t' << base::to_rfc3339(token.created) << '\n';
    }
    return kExitGood;
}

int revoke(const TokenOptions& options, const std::string& path, access::TokenBook book, std::ostream& err) {
    if (!book.revoke(options.name)) {
        return fail({"there is no token named " + options.name + "; `millrace token list` names them"}, err);
    }
    if (auto kept = write_token_file(path, book); !kept) return fail(kept.error(), err);
    err << options.name << " is revoked; sessions on the page that began with it are over too\n";
    return kExitGood;
}

}  // namespace

CLI::App* add_token(CLI::App& app, TokenOptions& options) {
    CLI::App* token = app.add_subcommand("token", "Let programs and people on other machines use the API and the page");
    token->require_subcommand(1);
    const auto verb = [&](const char* name, const char* what, TokenAction action) {
        CLI::App* command = token->add_subcommand(name, what);
        command->callback([&options, action] { options.action = action; });
        add_config_option(*command, options.common);
        add_state_dir_option(*command, options.common);
        return command;
    };
    CLI::App* add = verb("add", "Make a token and print it, this once", TokenAction::Add);
    add->add_option("name", options.name, "What to call it, such as home-assistant")->required();
    add->add_option("--scope", options.scope,
                    "read: see everything but keys and messages as they came; control: also answer alarms and set the "
                    "mode; admin: everything")
        ->check(CLI::IsMember({"read", "control", "admin"}))
        ->capture_default_str();
    verb("list", "Names, scopes and when they were made", TokenAction::List);
    CLI::App* revoke = verb("revoke", "Let nobody in by this token any more", TokenAction::Revoke);
    revoke->add_option("name", options.name, "Its name")->required();
    return token;
}

int token(const TokenOptions& options, std::ostream& out, std::ostream& err) {
    const auto settings = effective_settings(options.common);
    if (!settings) return fail(settings.error(), err);
    const std::string& folder = settings->store.state_dir;
    if (std::error_code ignored; !std::filesystem::is_directory(folder, ignored)) {
        return fail({"there is no state directory " + folder + "; start the daemon once, or name it with --state-dir"},
                    err);
    }
    const std::string path = token_file_of(folder);
    auto book = read_token_file(path);
    if (!book) return fail(book.error(), err);
    switch (options.action) {
        case TokenAction::Add: return add(options, path, std::move(*book), out, err);
        case TokenAction::List: return list(*book, out, err);
        case TokenAction::Revoke: return revoke(options, path, std::move(*book), err);
    }
    return kExitUsage;
}

}  // namespace millrace::app
