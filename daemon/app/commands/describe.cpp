#include "app/commands/describe.h"

#include <ostream>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/exit_code.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const CLI::Option& option) {
    Json names = Json::array();
    for (const std::string& name : option.get_snames()) names.push_back('-' + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    const bool is_flag = option.get_items_expected_max() == 0;
    Json described{{"names", std::move(names)}, {"help", option.get_description()}};
    if (option.get_positional()) described["positional"] = option.get_name(true);
    // Its own name and, behind a colon, what a check allows: {a,b} are words to choose from.
    if (!is_flag) described["value"] = option.get_type_name();
    if (!is_flag && !option.get_default_str().empty()) described["default"] = option.get_default_str();
    if (option.get_required()) described["required"] = true;
    if (option.get_items_expected_max() > 1) described["several"] = true;
    return described;
}

std::vector<const CLI::App*> below(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

// A group of options is a command without a name to CLI11.
void add_options(const CLI::App& app, Json& options) {
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_group().empty()) options.push_back(describe(*option));
    }
    for (const CLI::App* group : below(app)) {
        if (group->get_name().empty()) add_options(*group, options);
    }
}

Json describe(const CLI::App& app) {
    Json options = Json::array();
    add_options(app, options);
    for (const CLI::App* above = app.get_parent(); above != nullptr && above->get_fallthrough();
         above = above->get_parent()) {
        for (const CLI::Option* option : above->get_options()) {
            if (option != above->get_help_ptr()) options.push_back(describe(*option));
        }
    }
    Json commands = Json::array();
    for (const CLI::App* command : below(app)) {
        if (!command->get_name().empty() && !command->get_group().empty()) commands.push_back(describe(*command));
    }
    return {{"name", app.get_name()},
            {"help", app.get_description()},
            {"options", std::move(options)},
            {"commands", std::move(commands)}};
}

}  // namespace

int describe_commands(const CLI::App& app, std::ostream& out) {
    constexpr int kIndent = 1;
    out << describe(app).dump(kIndent) << '\n';
    return kExitGood;
}

}  // namespace millrace::app
