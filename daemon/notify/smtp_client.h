// Hands a mail to an SMTP server. Blocks; worker threads only.
//
// TLS is never optional: with StartTls a server that does not offer it gets nothing, above all no password.
#pragma once

#include <string>

#include "notify/cancel.h"
#include "notify/outbox.h"
#include "notify/settings.h"

namespace millrace::notify {

[[nodiscard]] Outcome send_mail(const Channel& channel, const std::string& mail, base::Seconds limit, Cancel& cancel);

}  // namespace millrace::notify
