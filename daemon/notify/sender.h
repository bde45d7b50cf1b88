// Sends a notice through a channel, whatever its type. Blocks; worker threads only.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "notify/cancel.h"
#include "notify/notice.h"
#include "notify/outbox.h"
#include "notify/requests.h"
#include "notify/settings.h"

namespace millrace::notify {

// A try that takes longer is ended.
inline constexpr base::Seconds kTryLimit{15};

// `clock` outlives the call, and all else is the call's own.
[[nodiscard]] Outcome send_notice(const Channel& channel, const Notice& notice, const AnswerLinks& answers,
                                  const base::TimeZone& zone, const base::Clock& clock, Cancel& cancel);

}  // namespace millrace::notify
