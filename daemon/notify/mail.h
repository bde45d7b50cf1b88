// A notice as a mail (RFC 5322). Pure; any thread.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "notify/notice.h"
#include "notify/settings.h"

namespace millrace::notify {

// Lines end in CR LF. All notices of an incident are one conversation. `zone`: of the Date.
[[nodiscard]] std::string mail_text(const Channel& channel, const Notice& notice, const base::TimeZone& zone);

// "a@b" of "Somebody <a@b>".
[[nodiscard]] std::string bare_address(const std::string& address);

}  // namespace millrace::notify
