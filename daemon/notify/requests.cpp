#include "notify/requests.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "notify/signature.h"

namespace millrace::notify {
namespace {

using nlohmann::json;

constexpr const char* kSupervisor = "http://supervisor/core";
constexpr int kSnoozeMinutes = 60;

// Any bytes may come from a device; what is no UTF-8 is replaced.
std::string dump(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string joined(std::string url, const std::string& path) {
    while (url.ends_with('/')) url.pop_back();
    return url + path;
}

bool answerable(const Notice& notice) {
    return notice.incident && notice.kind != NoticeKind::Cleared;
}

std::string answer_url(const Notice& notice, const AnswerLinks& answers, std::string_view answer) {
    std::string path = "/api/v1/alarms/" + std::to_string(notice.incident_id) + "/" + std::string(answer);
    if (answers.codes != nullptr) path += "?code=" + answers.codes->code(notice.incident_id, answer);
    return joined(answers.public_url, path);
}

// One name for all notices of an incident, so that phones replace instead of stacking.
std::string tag(const Notice& notice) {
    return notice.incident_id == 0 ? "millrace-test" : "millrace-" + std::to_string(notice.incident_id);
}

json incident_document(const detect::Incident& incident) {
    const detect::Finding& finding = incident.finding;
    json document{{"id", incident.id},
                  {"device", incident.device.str()},
                  {"state", detect::name(incident.state)},
                  {"rule", detect::name(finding.rule)},
                  {"severity", detect::name(finding.severity)},
                  {"since", base::to_rfc3339(finding.since)},
                  {"raised", base::to_rfc3339(incident.raised)},
                  {"cleared", nullptr},
                  {"not_a_leak", incident.not_a_leak},
                  {"reopened", incident.reopened}};
    if (incident.cleared) document["cleared"] = base::to_rfc3339(*incident.cleared);
    if (detect::has_volume(finding.rule)) document["volume_l"] = base::to_litres(finding.volume);
    if (detect::is_water(finding.rule)) document["flow_l_per_min"] = base::to_litres_per_minute(finding.rate);
    return document;
}

HttpRequest webhook(const Channel& channel, const Notice& notice, base::WallTime now) {
    json document{{"version", 1},
                  {"number", notice.number},
                  {"kind", name(notice.kind)},
                  {"at", base::to_rfc3339(notice.at)},
                  {"title", notice.title},
                  {"text", notice.text},
                  {"severity", detect::name(notice.severity())},
                  {"incident", notice.incident ? incident_document(*notice.incident) : json()},
                  {"link", notice.link.empty() ? json() : json(notice.link)}};
    HttpRequest request{channel.url, {}, dump(document), channel.ca_file};
    const std::string stamp = std::to_string(base::unix_s(now));
    request.headers.emplace_back("X-Millrace-Timestamp", stamp);
    if (!channel.secret.empty()) {
        request.headers.emplace_back("X-Millrace-Signature",
                                     "sha256=" + hmac_sha256_hex(channel.secret.reveal(), stamp + "." + request.body));
    }
    return request;
}

void authorize(HttpRequest& request, const Secret& token) {
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
}

HttpRequest ntfy(const Channel& channel, const Notice& notice, const AnswerLinks& answers) {
    const detect::Severity severity = notice.severity();
    const bool cleared = notice.kind == NoticeKind::Cleared;
    json document{{"topic", channel.target}, {"title", notice.title}, {"message", notice.text}};
    document["priority"] = cleared || severity == detect::Severity::Info ? 3
                           : severity == detect::Severity::Warning       ? 4
                                                                         : 5;
    const char* emoji = cleared                                  ? "white_check_mark"
                        : severity == detect::Severity::Critical ? "rotating_light"
                        : severity == detect::Severity::Warning  ? "warning"
                                                                 : "droplet";
    document["tags"] =
        json::array({emoji, "millrace", notice.incident ? std::string(name(notice.incident->finding.rule)) : "test"});
    if (!notice.link.empty()) document["click"] = notice.link;
    if (!answers.public_url.empty() && answerable(notice)) {
        const auto button = [&](const char* label, std::string_view answer, const json& body) {
            return json{{"action", "http"},
                        {"label", label},
                        {"url", answer_url(notice, answers, answer)},
                        {"method", "POST"},
                        {"headers", {{"Content-Type", "application/json"}}},
                        {"body", dump(body)},
                        {"clear", true}};
        };
        document["actions"] =
            json::array({button("Acknowledge", ports::kAcknowledge, {{"by", "ntfy button"}}),
                         button("Snooze 1 h", ports::kSnooze, {{"by", "ntfy button"}, {"minutes", kSnoozeMinutes}})});
    }
    HttpRequest request{joined(channel.url, "/"), {}, dump(document), channel.ca_file};
    authorize(request, channel.secret);
    return request;
}

HttpRequest gotify(const Channel& channel, const Notice& notice) {
    const detect::Severity severity = notice.severity();
    json document{{"title", notice.title}, {"message", notice.text}};
    // Its phone app is silent below 4 and makes a noise that cannot be missed from 8 on.
    document["priority"] = notice.kind == NoticeKind::Cleared || severity == detect::Severity::Info ? 4
                           : severity == detect::Severity::Warning                                  ? 6
                                                                                                    : 9;
    if (!notice.link.empty()) document["extras"]["client::notification"]["click"]["url"] = notice.link;
    HttpRequest request{joined(channel.url, "/message"), {}, dump(document), channel.ca_file};
    request.headers.emplace_back("X-Gotify-Key", channel.secret.reveal());
    return request;
}

HttpRequest apprise(const Channel& channel, const Notice& notice) {
    const detect::Severity severity = notice.severity();
    const char* type = notice.kind == NoticeKind::Cleared       ? "success"
                       : severity == detect::Severity::Critical ? "failure"
                       : severity == detect::Severity::Warning  ? "warning"
                                                                : "info";
    json document{{"title", notice.title}, {"body", notice.text}, {"type", type}, {"format", "text"}};
    if (!channel.target.empty()) document["tag"] = channel.target;
    std::string path = "/notify";
    if (channel.secret.empty()) {
        std::string all;
        for (const Secret& address : channel.addresses) all += (all.empty() ? "" : ",") + address.reveal();
        document["urls"] = all;
    } else {
        path += "/" + channel.secret.reveal();
    }
    return {joined(channel.url, path), {}, dump(document), channel.ca_file};
}

HttpRequest home_assistant(const Channel& channel, const Notice& notice) {
    json document{{"title", notice.title}, {"message", notice.text}};
    std::string service = "/api/services/persistent_notification/create";
    if (channel.type == ChannelType::PersistentNotification) {
        document["notification_id"] = tag(notice);
    } else {
        service = "/api/services/notify/" + channel.target;
        // Only its phone apps know these; other services refuse what they do not know.
        if (channel.target.starts_with("mobile_app_")) {
            json& data = document["data"];
            data["tag"] = tag(notice);
            data["group"] = "millrace";
            if (!notice.link.empty()) data["url"] = data["clickAction"] = notice.link;
            if (answerable(notice)) {
                const std::string id = std::to_string(notice.incident_id);
                data["actions"] = json::array({{{"action", "MILLRACE_ACK_" + id}, {"title", "Acknowledge"}},
                                               {{"action", "MILLRACE_SNOOZE_" + id}, {"title", "Snooze 1 h"}}});
            }
            if (notice.severity() == detect::Severity::Critical && answerable(notice)) {
                data["ttl"] = 0;
                data["priority"] = "high";
                data["push"]["sound"] = {{"name", "default"}, {"critical", 1}, {"volume", 1.0}};
            }
        }
    }
    HttpRequest request{
        joined(channel.url.empty() ? kSupervisor : channel.url, service), {}, dump(document), channel.ca_file};
    authorize(request, channel.secret);
    return request;
}

}  // namespace

base::Result<UrlParts, base::Error> split_url(std::string_view url) {
    const auto scheme = url.find("://");
    const bool known = url.starts_with("http://") || url.starts_with("https://");
    if (!known) return base::failure(base::Error{"the URL must begin with http:// or https://"});
    const auto path = url.find_first_of("/?#", scheme + 3);
    UrlParts parts{std::string(url.substr(0, path)), path == url.npos ? "/" : std::string(url.substr(path))};
    if (parts.path.front() != '/') parts.path.insert(0, "/");
    parts.path.erase(std::min(parts.path.find('#'), parts.path.size()));
    const std::string_view host = std::string_view(parts.server).substr(scheme + 3);
    if (host.empty() || host.starts_with(':') || host.find('@') != host.npos) {
        return base::failure(base::Error{"the URL must name a host, and no user"});
    }
    return parts;
}

HttpRequest request_for(const Channel& channel, const Notice& notice, const AnswerLinks& answers, base::WallTime now) {
    switch (channel.type) {
        case ChannelType::Ntfy: return ntfy(channel, notice, answers);
        case ChannelType::Gotify: return gotify(channel, notice);
        case ChannelType::Apprise: return apprise(channel, notice);
        case ChannelType::HomeAssistant:
        case ChannelType::PersistentNotification: return home_assistant(channel, notice);
        default: return webhook(channel, notice, now);
    }
}

bool taken(ChannelType type, int status) {
    if (type == ChannelType::Apprise && status == 204) return false;
    return status >= 200 && status < 300;
}

}  // namespace millrace::notify
