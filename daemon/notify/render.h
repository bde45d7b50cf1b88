// The words of a notice: a channel's templates filled with what is known of an incident.
//
// A variable is replaced once; what it brings is never looked at for variables again, and holds no control characters.
// Lines that end up empty are left out. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "notify/notice.h"
#include "notify/settings.h"

namespace millrace::notify {

// What does not come from the incident.
struct RenderSite {
    base::TimeZone zone;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    std::string cloud;  // "up", "away since 02:10", "not used"
    std::string link;   // to the page; may be empty
};

// Longer titles and texts are cut: phones show no more, and ntfy makes a file of what has more than 4,096 bytes.
inline constexpr std::size_t kMaxTitleBytes = 200;
inline constexpr std::size_t kMaxTextBytes = 2'000;

// Sets title, text and link of a notice.
void render(const Channel& channel, const RenderSite& site, Notice& notice);

// As notices and mails show amounts: "24 L", "6.4 gal"; "0.38 L/min", "0.1 gal/min".
[[nodiscard]] std::string volume_text(base::Volume volume, base::VolumeUnit unit);
[[nodiscard]] std::string flow_text(base::FlowRate flow, base::VolumeUnit unit);

// Why a notice comes, before its title: "", "Still: ", "Cleared: " …
[[nodiscard]] std::string_view prefix(NoticeKind kind);

}  // namespace millrace::notify
