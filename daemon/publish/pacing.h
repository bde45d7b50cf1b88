// Which of the facts that hold go out now: those that are new, and no fact faster than its pace.
//
// Pure: times are parameters. Loop thread only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "publish/message.h"

namespace millrace::publish {

// Well within the second in which a bridge's message is to reach the broker.
inline constexpr base::Milliseconds kFastInterval{750};
inline constexpr base::Milliseconds kSlowInterval{60'000};
inline constexpr base::Milliseconds kFlowRepeat{60'000};

enum class Pace { OnChange, Fast, Slow };

struct StateMessage {
    Message message;
    Pace pace = Pace::OnChange;
    bool at_once = false;   // not held back by its pace
    bool repeated = false;  // sent again every kFlowRepeat though unchanged
};

struct SentMessage {
    std::string payload;
    base::SteadyTime at;
    bool retained = true;
};
using SentByTopic = std::map<std::string, SentMessage>;

// Appends to `messages`, notes it in `sent`, and tells when the rest may go.
[[nodiscard]] std::optional<base::SteadyTime> choose_new(std::vector<StateMessage>&& candidates, SentByTopic& sent,
                                                         base::SteadyTime now, std::vector<Message>& messages);

// Of a device that is no more: nothing of it stays at the broker.
void empty_topics(const SentByTopic& sent, std::vector<Message>& messages);

[[nodiscard]] std::optional<base::SteadyTime> earlier(std::optional<base::SteadyTime> a,
                                                      std::optional<base::SteadyTime> b);

// Retained and at QoS 1: what a subscriber must have at once when it comes later.
[[nodiscard]] StateMessage kept(std::string topic, std::string payload, Pace pace = Pace::OnChange);

[[nodiscard]] std::string on_off(bool on);

}  // namespace millrace::publish
