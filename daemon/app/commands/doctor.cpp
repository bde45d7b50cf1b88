#include "app/commands/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <ostream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "api/checks.h"
#include "app/check_facts.h"
#include "app/daemon_address.h"
#include "app/effective_settings.h"
#include "app/exit_code.h"
#include "app/key_files.h"
#include "base/system_clock.h"
#include "doctor/examination.h"
#include "doctor/name_probe.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kColumns = 80;

struct Mark {
    std::string_view state;
    std::string_view text;    // all of one length
    std::string_view colour;  // an ANSI sequence
};
constexpr std::array<Mark, 5> kMarks{{{"ok", "ok      ", "\x1b[32m"},
                                      {"note", "note    ", "\x1b[36m"},
                                      {"warning", "warning ", "\x1b[33m"},
                                      {"problem", "PROBLEM ", "\x1b[31m"},
                                      {"unknown", "unknown ", "\x1b[35m"}}};
constexpr std::string_view kColourEnd = "\x1b[0m";

Mark mark_of(const std::string& state) {
    const auto found =
        std::find_if(kMarks.begin(), kMarks.end(), [&](const Mark& mark) { return mark.state == state; });
    return found == kMarks.end() ? kMarks.back() : *found;
}

// `text` in lines of at most that many columns, all but the first indented.
std::string wrapped(std::string_view text, std::size_t indent) {
    const std::size_t room = kColumns - indent;
    std::string lines;
    while (text.size() > room) {
        std::size_t end = text.rfind(' ', room);
        if (end == std::string_view::npos || end == 0) end = std::min(text.find(' '), text.size());
        lines.append(text.substr(0, end)).append("\n").append(indent, ' ');
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines.append(text);
}

std::string member(const Json& check, const char* name) {
    const auto found = check.find(name);
    return found != check.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// "2 problems, 1 warning"; empty when there is neither.
std::string findings_of(const Json& checks) {
    std::string text;
    for (const char* state : {"problem", "warning"}) {
        const auto count =
            std::count_if(checks.begin(), checks.end(), [&](const Json& one) { return member(one, "state") == state; });
        if (count == 0) continue;
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + state + (count == 1 ? "" : "s");
    }
    return text;
}

Json checks_in(const std::string& document) {
    const Json parsed = Json::parse(document, nullptr, false);
    const auto found = parsed.is_object() ? parsed.find("checks") : parsed.end();
    return parsed.is_object() && found != parsed.end() && found->is_array() ? *found : Json::array();
}

bool terminal_with_colours() {
    return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;  // NOLINT(concurrency-mt-unsafe)
}

int finish(const std::string& document, const DoctorOptions& options, std::ostream& out) {
    out << (options.json ? document + "\n" : checks_for_people(document, terminal_with_colours()));
    return findings_of(checks_in(document)).empty() ? kExitGood : kExitFindings;
}

std::string wishes(const DoctorOptions& options) {
    Json body = Json::object();
    if (!options.name_servers.empty()) body["name_servers"] = options.name_servers;
    if (!options.time_servers.empty()) body["time_servers"] = options.time_servers;
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The checks of this process, for want of a daemon.
std::string own_document(const DoctorOptions& options, const CommonOptions& common, std::string no_daemon) {
    auto settings = effective_settings(common);
    std::string config_problem;
    if (!settings) {
        config_problem = settings.error().message;
        // The defaults are what a daemon without a config file would do; the state directory is still known.
        CommonOptions without = common;
        without.config_file = "/dev/null";
        settings = effective_settings(without);
    }
    const base::SystemClock clock;
    doctor::Known known =
        facts_known(settings ? *settings : settings::Settings{}, config_file_of(common), clock.wall_now());
    known.no_daemon = std::move(no_daemon);
    doctor::BrokerLogin login;
    if (settings) {
        const auto keys = read_keys(settings->keys, settings->store.state_dir);
        if (keys) known.keys = !keys->empty();
        if (!keys && config_problem.empty()) config_problem = keys.error().message;
        login = {settings->publish.user_name, settings->publish.password, settings->publish.tls};
    }
    known.config_problem = std::move(config_problem);
    const std::atomic<bool> cancelled{false};
    const doctor::NameLibrary names;
    const ports::CheckRun run =
        doctor::examine(known, {options.name_servers, options.time_servers}, login, {clock, cancelled});
    return api::checks_document(run, settings ? settings->api.zone : base::TimeZone());
}

}  // namespace

std::string checks_for_people(const std::string& document, bool coloured) {
    constexpr std::size_t kIndent = 8;
    const Json checks = checks_in(document);
    std::string text;
    for (const Json& check : checks) {
        const Mark mark = mark_of(member(check, "state"));
        if (coloured) text += mark.colour;
        text += mark.text;
        if (coloured) text += kColourEnd;
        text += wrapped(member(check, "summary"), kIndent) + "\n";
        const std::string remedy = member(check, "remedy");
        if (!remedy.empty()) {
            text += std::string(kIndent, ' ') + "> " + wrapped(remedy, kIndent + 2) + "\n";
        }
        // What the parser of the config file says stands on lines of its own.
        if (const auto facts = check.find("facts"); facts != check.end() && facts->is_object()) {
            if (const std::string problem = member(*facts, "problem"); !problem.empty()) text += problem + "\n";
        }
    }
    const std::string findings = findings_of(checks);
    return text + "\n" + (findings.empty() ? "All is well." : findings + ".") + "\n";
}

CLI::App* add_doctor(CLI::App& app, DoctorOptions& options) {
    CLI::App* command = app.add_subcommand(
        "doctor", "Check the set-up, from the clock to Home Assistant, and say how to mend what is wrong");
    add_daemon_options(*command, options.daemon);
    command
        ->add_option("--state-dir", options.state_dir,
                     "Where the database lives, for when no daemon answers; else as for `millrace run`")
        ->type_name("DIR");
    const int most = static_cast<int>(ports::Checks::kMostServers);
    command
        ->add_option("--dns", options.name_servers,
                     "Ask this name server too where it sends the bridge: with or without a port, up to four")
        ->expected(1, most)
        ->type_name("ADDRESS");
    command->add_option("--ntp", options.time_servers, "Ask this time server too: with or without a port, up to four")
        ->expected(1, most)
        ->type_name("HOST");
    command->add_flag("--json", options.json, "Print one JSON object, as /api/v1/checks answers");
    return command;
}

int doctor(const DoctorOptions& options, std::ostream& out, std::ostream& err) {
    if (std::max(options.name_servers.size(), options.time_servers.size()) > ports::Checks::kMostServers) {
        return fail({"--dns and --ntp take up to four servers each"}, err, kExitUsage);
    }
    CommonOptions common;
    common.config_file = options.daemon.config_file;
    common.state_dir = options.state_dir;
    // A config file that cannot be read is a finding, and no reason to look no further.
    const auto address = daemon_address(options.daemon);
    if (!address)
        return finish(own_document(options, common, "the config file does not say where it listens"), options, out);
    const auto client = ApiClient::at(*address);
    if (!client) return fail(client.error(), err);
    const auto answer = client->ask("POST", "/api/v1/checks", wishes(options));
    if (!answer) return finish(own_document(options, common, answer.error().message), options, out);
    if (answer->status == 200) return finish(answer->body, options, out);
    const std::string where = "the daemon at " + client->url();
    if (answer->status == 401 || answer->status == 403) {
        return fail({where + " makes checks only for who has a token of scope admin; name its file with --token-file"},
                    err);
    }
    const Json refused = Json::parse(answer->body, nullptr, false);
    const std::string why = refused.is_object() ? member(refused, "detail") : "what answers there is not this millrace";
    return fail({where + " did not make checks: " + why}, err);
}

}  // namespace millrace::app
