#include "notify/sender.h"

#include <algorithm>

#include "notify/http_client.h"
#include "notify/mail.h"
#include "notify/program.h"
#include "notify/requests.h"
#include "notify/smtp_client.h"

namespace millrace::notify {

Outcome send_notice(const Channel& channel, const Notice& notice, const AnswerLinks& answers,
                    const base::TimeZone& zone, const base::Clock& clock, Cancel& cancel) {
    if (channel.type == ChannelType::Smtp) {
        return send_mail(channel, mail_text(channel, notice, zone), kTryLimit, cancel);
    }
    if (channel.type == ChannelType::Exec) return run_program(channel, notice, clock, cancel);
    const auto answer = ask(request_for(channel, notice, answers, clock.wall_now()), cancel);
    if (!answer) return outcome_of(answer);
    const int status = answer->status;
    if (taken(channel.type, status)) return {};
    std::string why = "the server answered " + std::to_string(status);
    if (status == 401 || status == 403) why += ": it does not accept the token";
    if (channel.type == ChannelType::Apprise && status == 204) why += ": nobody is configured there";
    return {Outcome::Kind::Refused, std::move(why)};
}

}  // namespace millrace::notify
