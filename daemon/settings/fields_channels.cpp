// The keys of a channel for notices. Which of them a type knows stands in channel_check.cpp.
#include <algorithm>

#include "settings/channel_check.h"
#include "settings/field_groups.h"
#include "settings/week_text.h"

namespace millrace::settings {
namespace {

constexpr std::size_t kMaxNameBytes = 40;
constexpr double kLongestProgram = 14;  // of the fifteen seconds that a try may take

notify::Channel& channel(Draft& draft) {
    if (draft.channels.empty()) draft.channels.emplace_back();
    return draft.channels.back().channel;
}

base::Seconds seconds(const Value& span) {
    return std::chrono::duration_cast<base::Seconds>(base::Milliseconds{span.integer});
}

void set_secret(Draft& draft, const Value& value) {
    channel(draft).secret = notify::Secret(value.text);
}

void set_secret_file(Draft& draft, const Value& value) {
    channel(draft).secret_file = value.text;
}

std::string check_name(const Value& value) {
    const bool good = !value.text.empty() && value.text.size() <= kMaxNameBytes &&
                      std::all_of(value.text.begin(), value.text.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 c == '_' || c == '-' || c == '.';
                      });
    return good ? "" : "must have 1 to 40 letters, digits, dots, dashes or underscores";
}

std::string check_template(const Value& value) {
    const auto unknown = notify::unknown_variable(value.text);
    if (!unknown) return {};
    std::string known;
    for (const std::string_view variable : notify::kVariables) {
        known += (known.empty() ? "{" : ", {") + std::string(variable) + "}";
    }
    return "has " + unknown->substr(0, 40) + ", which is no variable; these are: " + known;
}

// What may stand in a path's part and in a service's name.
std::string check_word(const Value& value) {
    const bool good =
        !value.text.empty() && value.text.size() <= 64 && std::all_of(value.text.begin(), value.text.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        });
    return good ? "" : "must have 1 to 64 letters, digits, dashes or underscores";
}

std::string check_mail_address(const std::string& text) {
    const auto at = text.find('@');
    const bool good = at != std::string::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
                      text.find_first_of(",;\\") == std::string::npos;
    return good ? "" : "must be an address such as water@example.org or Water <water@example.org>";
}

std::vector<Field> what_and_when() {
    const static notify::Channel kDefaults;
    return {
        {.key = "notify.channels[].name",
         .help = "The channel's name, in the page and the delivery log.",
         .store = [](Draft& d, const Value& v) { channel(d).name = v.text; },
         .check = check_name},
        {.key = "notify.channels[].type",
         .type = ValueType::Choice,
         .limits = {0, 0, {notify::kChannelTypes.begin(), notify::kChannelTypes.end()}},
         .help = "How it is told.",
         .store = [](Draft& d, const Value& v) { channel(d).type = static_cast<notify::ChannelType>(v.integer); }},
        {.key = "notify.channels[].least",
         .type = ValueType::Choice,
         .limits = {0, 0, {"info", "warning", "critical"}},
         .help = "The least severity that it gets.",
         .store = [](Draft& d, const Value& v) { channel(d).least = static_cast<detect::Severity>(v.integer + 1); },
         .fallback = [](const Settings&) { return std::string(detect::name(kDefaults.least)); }},
        {.key = "notify.channels[].rules",
         .type = ValueType::Texts,
         .help = "Only these rules, by name as in `alarms.off`. Without it: all.",
         .store = [](Draft& d, const Value& v) { channel(d).rules = rules_of(v); },
         .check = check_rules},
        {.key = "notify.channels[].quiet_hours",
         .help = "From and to, such as `22:00-07:00`: what is not critical waits until they are over.",
         .store =
             [](Draft& d, const Value& v) {
                 if (const auto w = day_window(v.text)) channel(d).quiet = {{w->from_minute, w->to_minute}};
             },
         .check =
             [](const Value& v) {
                 return std::string(day_window(v.text) ? "" : "must be from and to, such as 22:00-07:00");
             }},
        {.key = "notify.channels[].repeat",
         .type = ValueType::Texts,
         .help = "How long after a notice it is repeated while nobody answers, one after the other; the last holds for "
                 "ever. `off`: never.",
         .store =
             [](Draft& d, const Value& v) {
                 if (auto list = repeat_list(v)) channel(d).repeat = std::move(*list);
             },
         .fallback = [](const Settings&) -> std::string { return "[10 min, 30 min, 1 h, 4 h]"; },
         .check =
             [](const Value& v) {
                 return std::string(repeat_list(v) ? ""
                                                   : "must be off, or a list of spans from 1 min to 7 d such as "
                                                     "[10 min, 1 h]");
             }},
        {"notify.channels[].after",
         ValueType::Span,
         {0, 86'400, {}},
         "",
         "Only what nobody has answered for this long: for a second circle of people.",
         [](Draft& d, const Value& v) { channel(d).after = seconds(v); },
         [](const Settings&) { return std::to_string(kDefaults.after.count()) + " s"; }},
        {"notify.channels[].after_burst",
         ValueType::Span,
         {0, 86'400, {}},
         "",
         "The same for a burst, where it is shorter than `after`.",
         [](Draft& d, const Value& v) { channel(d).after_burst = seconds(v); },
         [](const Settings&) { return std::to_string(kDefaults.after_burst.count()) + " s"; }},
        {"notify.channels[].send_resolved",
         ValueType::Boolean,
         {},
         "",
         "Whether the end of an alarm is told, too; not by mail (`false` for type smtp).",
         [](Draft& d, const Value& v) { channel(d).send_resolved = v.flag; },
         [](const Settings&) { return yes_no(kDefaults.send_resolved); }},
        {.key = "notify.channels[].title",
         .help = "Words in which {title}, {sentence}, {severity}, {rule}, {device}, {volume}, {flow}, {since}, {cloud} "
                 "and {link} are filled in.",
         .store = [](Draft& d, const Value& v) { channel(d).title = v.text; },
         .fallback = [](const Settings&) { return kDefaults.title; },
         .check = check_template},
        {.key = "notify.channels[].text",
         .type = ValueType::Template,
         .help =
             "The same; may have several lines. Default: the sentence, how the cloud does, and the link, a line each.",
         .store = [](Draft& d, const Value& v) { channel(d).text = v.text; },
         .check = check_template},
    };
}

std::vector<Field> where_to() {
    return {
        {"notify.channels[].url",
         ValueType::Url,
         {},
         "",
         "webhook: where to post. ntfy, gotify, apprise, home_assistant, persistent_notification: the server; without "
         "it "
         "the last two ask Home Assistant's Supervisor, with the token that it gives to apps.",
         [](Draft& d, const Value& v) { channel(d).url = v.text; },
         nullptr,
         true},
        {"notify.channels[].token",
         ValueType::Text,
         {},
         "",
         "ntfy, gotify: token. home_assistant, persistent_notification: long-lived access token. apprise: the key of "
         "the "
         "configuration.",
         set_secret,
         nullptr,
         true},
        {"notify.channels[].token_file", ValueType::Path, {}, "", "File that holds it.", set_secret_file},
        {"notify.channels[].hmac_key",
         ValueType::Text,
         {},
         "",
         "webhook: key of the signature.",
         set_secret,
         nullptr,
         true},
        {"notify.channels[].hmac_key_file", ValueType::Path, {}, "", "File that holds it.", set_secret_file},
        {.key = "notify.channels[].topic",
         .help = "ntfy: the topic.",
         .store = [](Draft& d, const Value& v) { channel(d).target = v.text; },
         .check = check_word},
        {.key = "notify.channels[].service",
         .help = "home_assistant: the notify service without `notify.`, such as `mobile_app_phone`.",
         .store = [](Draft& d, const Value& v) { channel(d).target = v.text; },
         .check = check_word},
        {.key = "notify.channels[].tag",
         .help = "apprise: only those with this tag.",
         .store = [](Draft& d, const Value& v) { channel(d).target = v.text; }},
        {.key = "notify.channels[].addresses",
         .type = ValueType::Texts,
         .help = "apprise: Apprise URLs, where the server has no configuration of ours.",
         .store =
             [](Draft& d, const Value& v) {
                 channel(d).addresses.clear();
                 for (const std::string& text : v.list) channel(d).addresses.emplace_back(text);
             },
         .secret = true,
         .check =
             [](const Value& v) {
                 const bool good = !v.list.empty() && std::all_of(v.list.begin(), v.list.end(), [](const auto& text) {
                     return text.find("://") != std::string::npos && text.find(',') == std::string::npos;
                 });
                 return std::string(good ? "" : "must be a list of Apprise URLs, with :// and without commas");
             }},
        {"notify.channels[].ca_file",
         ValueType::Path,
         {},
         "",
         "Certificate authority. Without it: the system's.",
         [](Draft& d, const Value& v) { channel(d).ca_file = v.text; }},
    };
}

std::vector<Field> mail_and_program() {
    const static notify::Channel kDefaults;
    return {
        {"notify.channels[].host",
         ValueType::Host,
         {},
         "",
         "smtp: the mail server.",
         [](Draft& d, const Value& v) { channel(d).host = v.text; }},
        {"notify.channels[].port",
         ValueType::Integer,
         {1, 65'535, {}},
         "",
         "smtp: its port. Without it: 587, 465 or 25 by `security`.",
         [](Draft& d, const Value& v) { channel(d).port = static_cast<std::uint16_t>(v.integer); }},
        {"notify.channels[].security",
         ValueType::Choice,
         {0, 0, {"starttls", "tls", "none"}},
         "",
         "smtp: TLS after a first exchange in the clear, TLS from the start, or none.",
         [](Draft& d, const Value& v) { channel(d).security = static_cast<notify::MailSecurity>(v.integer); },
         [](const Settings&) -> std::string { return "starttls"; }},
        {"notify.channels[].user",
         ValueType::Text,
         {},
         "",
         "smtp: user name.",
         [](Draft& d, const Value& v) { channel(d).user = v.text; }},
        {"notify.channels[].password",
         ValueType::Text,
         {},
         "",
         "smtp: password. Better use `password_file`.",
         set_secret,
         nullptr,
         true},
        {"notify.channels[].password_file", ValueType::Path, {}, "", "File that holds it.", set_secret_file},
        {.key = "notify.channels[].from",
         .help = "smtp: the sender's address.",
         .store = [](Draft& d, const Value& v) { channel(d).from = v.text; },
         .check = [](const Value& v) { return check_mail_address(v.text); }},
        {.key = "notify.channels[].to",
         .type = ValueType::Texts,
         .help = "smtp: whom it goes to.",
         .store = [](Draft& d, const Value& v) { channel(d).to = v.list; },
         .check =
             [](const Value& v) {
                 for (const std::string& text : v.list) {
                     if (std::string wrong = check_mail_address(text); !wrong.empty()) return wrong;
                 }
                 return std::string(v.list.empty() ? "must name somebody" : "");
             }},
        {.key = "notify.channels[].command",
         .type = ValueType::Texts,
         .help =
             "exec: the program's whole path, and its arguments. No shell is between; facts come in variables of the "
             "environment.",
         .store = [](Draft& d, const Value& v) { channel(d).command = v.list; },
         .check =
             [](const Value& v) {
                 const bool good = !v.list.empty() && v.list.front().starts_with('/');
                 return std::string(good ? "" : "must be a list that begins with a program's whole path");
             }},
        {"notify.channels[].timeout",
         ValueType::Span,
         {1, kLongestProgram, {}},
         "",
         "exec: how long it may take before it is killed.",
         [](Draft& d, const Value& v) { channel(d).timeout = seconds(v); },
         [](const Settings&) { return std::to_string(kDefaults.timeout.count()) + " s"; }},
    };
}

}  // namespace

std::vector<Field> channel_fields() {
    std::vector<Field> all;
    for (auto* part : {what_and_when, where_to, mail_and_program}) {
        for (Field& field : part()) all.push_back(std::move(field));
    }
    return all;
}

}  // namespace millrace::settings
