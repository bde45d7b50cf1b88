// What the config file may set for this room: the channels, whom we ping, who tells of releases. Plain values; any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "detect/rule.h"

namespace millrace::notify {

// A text that shows as stars wherever it is printed; only who must send it asks for it by `reveal`.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "****"; }

private:
    std::string text_;
};

enum class ChannelType : std::uint8_t {
    Webhook,
    Ntfy,
    Smtp,
    Gotify,
    Apprise,
    Exec,
    HomeAssistant,           // a notify service of it
    PersistentNotification,  // a card on its page
};

inline constexpr std::array<std::string_view, 8> kChannelTypes{
    "webhook", "ntfy", "smtp", "gotify", "apprise", "exec", "home_assistant", "persistent_notification"};

[[nodiscard]] constexpr std::string_view name(ChannelType type) {
    return kChannelTypes.at(static_cast<std::size_t>(type));
}

enum class MailSecurity : std::uint8_t { StartTls, Tls, None };

// Minutes of the local day; over midnight when `to` is not after `from`.
struct QuietHours {
    int from_minute = 0;
    int to_minute = 0;

    [[nodiscard]] constexpr bool hold(int minute) const {
        if (from_minute < to_minute) return minute >= from_minute && minute < to_minute;
        return minute >= from_minute || minute < to_minute;
    }
    bool operator==(const QuietHours&) const = default;
};

struct Channel {
    std::string name;
    ChannelType type = ChannelType::Webhook;

    // What it gets, and when.
    detect::Severity least = detect::Severity::Warning;
    std::vector<detect::Rule> rules;  // empty: all
    std::optional<QuietHours> quiet;  // nothing in them, but for what is critical
    // From one notice to the next while nobody answers; the last holds for ever. Empty: no reminders.
    std::vector<base::Seconds> repeat{base::Seconds{600}, base::Seconds{1'800}, base::Seconds{3'600},
                                      base::Seconds{14'400}};
    base::Seconds after{0};          // only what nobody has answered for this long
    base::Seconds after_burst{180};  // the same for a burst, where it is less
    bool send_resolved = true;
    std::string title = "{title}";
    std::string text = "{sentence}\nCloud: {cloud}\n{link}";

    // Where it goes. Which of these matter depends on the type.
    std::string url;
    Secret secret;  // webhook: the HMAC key; ntfy, gotify, home_assistant: the token; apprise: the key; smtp: password
    std::string secret_file;        // already read into `secret` by whoever loads the settings
    std::string target;             // ntfy: the topic; home_assistant: the service; apprise: the tag
    std::vector<Secret> addresses;  // apprise: where to, without a configuration of its own
    std::string ca_file;            // empty: the system's certificate authorities
    std::string host;               // smtp
    std::uint16_t port = 0;         // smtp; 0: 587, 465 or 25 by `security`
    MailSecurity security = MailSecurity::StartTls;
    std::string user;                  // smtp
    std::string from;                  // smtp
    std::vector<std::string> to;       // smtp
    std::vector<std::string> command;  // exec: the program and its arguments
    base::Seconds timeout{10};         // exec
};

struct Settings {
    // Each has a thread of its own while it sends.
    static constexpr std::size_t kMaxChannels = 16;

    std::vector<Channel> channels;
    std::string public_url;  // where people reach the page; empty: notices bear no link
    Secret ping_url;         // its path is what proves that it is us
    base::Seconds ping_interval{60};
    base::TimeZone zone;                              // the site's
    base::VolumeUnit unit = base::VolumeUnit::Litre;  // the site's
};

struct UpdateSettings {
    std::string url;                  // empty: nobody is asked
    base::Seconds first_within{600};  // of the start
};

inline constexpr std::array<std::string_view, 10> kVariables{"title",  "sentence", "severity", "rule",  "device",
                                                             "volume", "flow",     "since",    "cloud", "link"};

// The first {word} of a template that is no variable, or a brace that is not closed; nothing when it is good.
[[nodiscard]] inline std::optional<std::string> unknown_variable(std::string_view text) {
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        const auto close = text.find('}', open);
        const std::string_view word = text.substr(open + 1, close == text.npos ? text.npos : close - open - 1);
        bool known = false;
        for (const std::string_view variable : kVariables) known = known || (close != text.npos && variable == word);
        if (!known) return std::string(text.substr(open, close == text.npos ? text.npos : close - open + 1));
    }
    return std::nullopt;
}

}  // namespace millrace::notify
