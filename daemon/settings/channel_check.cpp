#include "settings/channel_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace millrace::settings {
namespace {

using notify::ChannelType;

// The keys that only some types know.
struct TypeKeys {
    ChannelType type;
    std::set<std::string_view> known;
    std::vector<std::string_view> needed;  // "a|b": one of them
};

const std::vector<TypeKeys>& type_keys() {
    static const std::vector<TypeKeys> kKeys{
        {ChannelType::Webhook, {"url", "hmac_key", "hmac_key_file", "ca_file"}, {"url"}},
        {ChannelType::Ntfy, {"url", "topic", "token", "token_file", "ca_file"}, {"url", "topic"}},
        {ChannelType::Smtp,
         {"host", "port", "security", "user", "password", "password_file", "from", "to", "ca_file"},
         {"host", "from", "to"}},
        {ChannelType::Gotify, {"url", "token", "token_file", "ca_file"}, {"url", "token|token_file"}},
        {ChannelType::Apprise,
         {"url", "token", "token_file", "addresses", "tag", "ca_file"},
         {"url", "token|token_file|addresses"}},
        {ChannelType::Exec, {"command", "timeout"}, {"command"}},
        {ChannelType::HomeAssistant, {"url", "token", "token_file", "service", "ca_file"}, {"service"}},
        {ChannelType::PersistentNotification, {"url", "token", "token_file", "ca_file"}, {}},
    };
    return kKeys;
}

bool type_decides(std::string_view key) {
    return std::any_of(type_keys().begin(), type_keys().end(),
                       [&](const TypeKeys& keys) { return keys.known.contains(key); });
}

bool gives_one(const ChannelDraft& draft, std::string_view keys) {
    while (true) {
        const auto bar = keys.find('|');
        if (draft.given.contains(std::string(keys.substr(0, bar)))) return true;
        if (bar == keys.npos) return false;
        keys.remove_prefix(bar + 1);
    }
}

class ChannelCheck {
public:
    ChannelCheck(const ChannelDraft& draft, Problems& problems) : draft_(draft), problems_(problems) {}

    void run(const std::set<std::string>& names) {
        const notify::Channel& channel = draft_.channel;
        if (!gives("name")) complain("name", "is missing: every channel needs a name of its own");
        if (gives("name") && names.contains(channel.name)) complain("name", "is another channel's name already");
        if (!gives("type"))
            return complain("type",
                            "is missing: it is one of webhook, ntfy, smtp, gotify, apprise, exec, "
                            "home_assistant and persistent_notification");
        const std::string type(name(channel.type));
        const TypeKeys& keys = *std::find_if(type_keys().begin(), type_keys().end(),
                                             [&](const TypeKeys& k) { return k.type == channel.type; });
        for (const auto& [key, at] : draft_.given) {
            if (type_decides(key) && !keys.known.contains(key)) {
                complain(key, "has no meaning for a channel of type " + type);
            }
        }
        for (const std::string_view needed : keys.needed) {
            if (gives_one(draft_, needed)) continue;
            std::string words;
            for (const char c : needed) words += c == '|' ? std::string(" or ") : std::string(1, c);
            complain(std::string(needed.substr(0, needed.find('|'))), "is missing: type " + type + " needs " + words);
        }
        check_secrets(channel);
    }

private:
    [[nodiscard]] bool gives(const std::string& key) const { return draft_.given.contains(key); }

    void complain(const std::string& key, std::string message) {
        const auto given = draft_.given.find(key);
        if (problems_.size() >= kMaxProblems) return;
        problems_.push_back(
            {given == draft_.given.end() ? draft_.at : given->second, draft_.key + '.' + key, std::move(message)});
    }

    void check_secrets(const notify::Channel& channel) {
        for (const std::string key : {"token", "password", "hmac_key"}) {
            if (gives(key) && gives(key + "_file")) complain(key + "_file", "cannot be given beside " + key);
        }
        if (gives("addresses") && (gives("token") || gives("token_file"))) {
            complain("addresses", "cannot be given beside a token, which names a configuration of the server");
        }
        const bool password = gives("password") || gives("password_file");
        if (gives("user") != password) {
            complain(password ? (gives("password") ? "password" : "password_file") : "user",
                     password ? "needs a user beside it" : "needs password or password_file beside it");
        }
        if (password && channel.security == notify::MailSecurity::None) {
            complain("security", "must not be none, or the password would be sent for everybody to read");
        }
        const bool home_assistant =
            channel.type == ChannelType::HomeAssistant || channel.type == ChannelType::PersistentNotification;
        if (home_assistant && gives("url") && !gives("token") && !gives("token_file")) {
            complain("url", "needs token or token_file beside it: a long-lived access token of Home Assistant");
        }
    }

    const ChannelDraft& draft_;
    Problems& problems_;
};

}  // namespace

void check_channels(Draft& draft, Problems& problems) {
    std::set<std::string> names;
    for (const ChannelDraft& entry : draft.channels) {
        ChannelCheck(entry, problems).run(names);
        names.insert(entry.channel.name);
        notify::Channel channel = entry.channel;
        // A mail is no place for "all is well again", unless somebody wants it.
        const bool mail = channel.type == ChannelType::Smtp && !entry.given.contains("send_resolved");
        if (mail) channel.send_resolved = false;
        draft.settings.notify.channels.push_back(std::move(channel));
    }
    if (draft.channels.size() > notify::Settings::kMaxChannels && problems.size() < kMaxProblems) {
        problems.push_back({draft.channels.back().at, "notify.channels",
                            "has more than " + std::to_string(notify::Settings::kMaxChannels) + " channels"});
    }
}

std::optional<std::vector<base::Seconds>> repeat_list(const Value& value) {
    constexpr Limits kLimits{60, 7 * 86'400, {}};
    std::vector<base::Seconds> spans;
    if (value.list.size() == 1 && (value.list.front() == "off" || value.list.front() == "none")) return spans;
    for (const std::string& text : value.list) {
        const auto span = check_text(ValueType::Span, kLimits, text, false);
        if (!span) return std::nullopt;
        spans.push_back(std::chrono::duration_cast<base::Seconds>(base::Milliseconds{span->integer}));
    }
    return spans;
}

}  // namespace millrace::settings
