#include "publish/pacing.h"

#include <algorithm>
#include <utility>

namespace millrace::publish {

std::string on_off(bool on) {
    return on ? "ON" : "OFF";
}

std::optional<base::SteadyTime> earlier(std::optional<base::SteadyTime> a, std::optional<base::SteadyTime> b) {
    if (!a) return b;
    if (!b) return a;
    return std::min(*a, *b);
}

StateMessage kept(std::string topic, std::string payload, Pace pace) {
    return {{std::move(topic), std::move(payload), true, 1}, pace};
}

void empty_topics(const SentByTopic& sent, std::vector<Message>& messages) {
    for (const auto& [topic, message] : sent) {
        if (message.retained) messages.push_back({topic, "", true, 1});
    }
}

std::optional<base::SteadyTime> choose_new(std::vector<StateMessage>&& candidates, SentByTopic& sent,
                                           base::SteadyTime now, std::vector<Message>& messages) {
    std::optional<base::SteadyTime> due;
    for (StateMessage& candidate : candidates) {
        const auto known = sent.find(candidate.message.topic);
        if (known != sent.end()) {
            const bool same = known->second.payload == candidate.message.payload;
            if (same && !candidate.repeated) continue;
            base::Milliseconds interval{0};
            if (same) {
                interval = kFlowRepeat;
            } else if (!candidate.at_once && candidate.pace != Pace::OnChange) {
                interval = candidate.pace == Pace::Fast ? kFastInterval : kSlowInterval;
            }
            const base::SteadyTime allowed = known->second.at + interval;
            if (now < allowed) {
                due = earlier(due, allowed);
                continue;
            }
        }
        sent[candidate.message.topic] = {candidate.message.payload, now, candidate.message.retain};
        if (candidate.repeated) due = earlier(due, now + kFlowRepeat);
        messages.push_back(std::move(candidate.message));
    }
    return due;
}

}  // namespace millrace::publish
