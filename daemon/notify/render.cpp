#include "notify/render.h"

#include <array>
#include <cstdio>
#include <sstream>

#include "detect/wording.h"

namespace millrace::notify {
namespace {

// At most `bytes`, without half a character at the end.
std::string cut(std::string text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    text.resize(bytes);
    return text;
}

std::string plain(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

std::string amount(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    std::string result = text.data();
    if (result.find('.') == std::string::npos) return result;
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.') result.pop_back();
    return result;
}

// "2026-11-23 02:10"
std::string minute_text(base::WallTime time, const base::TimeZone& zone) {
    std::string text = zone.rfc3339(time).substr(0, 16);
    if (text.size() > 10) text[10] = ' ';
    return text;
}

std::string said(const Notice& notice, const detect::Wording& wording) {
    if (!notice.incident) {
        return notice.kind == NoticeKind::Test ? "This is a test. Notices of Millrace reach you here." : notice.text;
    }
    const detect::Incident& incident = *notice.incident;
    std::string text = detect::sentence(incident.finding, wording);
    if (notice.kind != NoticeKind::Cleared || !incident.cleared) return text;
    std::string ended = incident.not_a_leak ? "Said to be no leak" : "Over";
    ended += " since " + minute_text(*incident.cleared, wording.zone) + ", after " +
             detect::duration_text(*incident.cleared - incident.raised) + ". It was: ";
    return ended + text;
}

std::string value_of(std::string_view variable, const Notice& notice, const RenderSite& site) {
    if (variable == "cloud") return site.cloud;
    if (variable == "link") return site.link;
    if (variable == "sentence") return said(notice, {site.unit, site.zone});
    if (variable == "severity") return std::string(detect::name(notice.severity()));
    if (!notice.incident) {
        if (variable == "title") return notice.kind == NoticeKind::Test ? "Test" : notice.title;
        return variable == "rule" ? "test" : "-";
    }
    const detect::Finding& finding = notice.incident->finding;
    if (variable == "title") return std::string(prefix(notice.kind)) + detect::title(finding.rule);
    if (variable == "rule") return std::string(detect::name(finding.rule));
    if (variable == "device") return notice.incident->device.str();
    if (variable == "volume") return detect::has_volume(finding.rule) ? volume_text(finding.volume, site.unit) : "-";
    if (variable == "flow") return detect::is_water(finding.rule) ? flow_text(finding.rate, site.unit) : "-";
    if (variable == "since") return minute_text(finding.since, site.zone);
    return "";
}

std::string filled(std::string_view text, const Notice& notice, const RenderSite& site) {
    std::string result;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = open == text.npos ? text.npos : text.find('}', open);
        if (close == text.npos) break;
        result += text.substr(0, open);
        result += plain(value_of(text.substr(open + 1, close - open - 1), notice, site));
        text.remove_prefix(close + 1);
    }
    return result + std::string(text);
}

std::string without_empty_lines(const std::string& text) {
    std::string result;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find_first_not_of(" \t") == std::string::npos) continue;
        result += (result.empty() ? "" : "\n") + line;
    }
    return result;
}

}  // namespace

std::string_view prefix(NoticeKind kind) {
    switch (kind) {
        case NoticeKind::Reminder:
        case NoticeKind::Resumed: return "Still: ";
        case NoticeKind::Escalated: return "Worse: ";
        case NoticeKind::Reopened: return "Again: ";
        case NoticeKind::Cleared: return "Cleared: ";
        case NoticeKind::Raised:
        case NoticeKind::Test: break;
    }
    return "";
}

std::string volume_text(base::Volume volume, base::VolumeUnit unit) {
    return unit == base::VolumeUnit::Litre ? amount(base::to_litres(volume)) + " L"
                                           : amount(base::to_gallons(volume)) + " gal";
}

std::string flow_text(base::FlowRate flow, base::VolumeUnit unit) {
    return unit == base::VolumeUnit::Litre ? amount(base::to_litres_per_minute(flow)) + " L/min"
                                           : amount(base::to_gallons_per_minute(flow)) + " gal/min";
}

void render(const Channel& channel, const RenderSite& site, Notice& notice) {
    std::string title = plain(filled(channel.title, notice, site));
    std::string text = without_empty_lines(filled(channel.text, notice, site));
    notice.title = cut(std::move(title), kMaxTitleBytes);
    notice.text = cut(std::move(text), kMaxTextBytes);
    notice.link = site.link;
}

}  // namespace millrace::notify
