// Messages waiting for the broker: in order of arrival, and only the latest for each topic.
//
// A newer message takes the place of the waiting one for its topic, so a slow broker delays but never grows us, and
// what it gets is current. Pure; loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "publish/message.h"

namespace millrace::publish {

class Outbox {
public:
    // Twice what a thousand bridges with a sensor each have to say.
    static constexpr std::size_t kMaxTopics = 32'768;

    // False when the message was dropped because too many topics are waiting.
    [[nodiscard]] bool put(Message message) {
        const auto waiting = by_topic_.find(message.topic);
        if (waiting != by_topic_.end()) {
            waiting->second = std::move(message);
            return true;
        }
        if (order_.size() >= kMaxTopics) return false;
        order_.push_back(message.topic);
        by_topic_.emplace(order_.back(), std::move(message));
        return true;
    }

    [[nodiscard]] std::optional<Message> take() {
        if (order_.empty()) return std::nullopt;
        auto node = by_topic_.extract(order_.front());
        order_.pop_front();
        return std::move(node.mapped());
    }

    [[nodiscard]] bool empty() const { return order_.empty(); }
    [[nodiscard]] std::size_t size() const { return order_.size(); }

    void clear() {
        order_.clear();
        by_topic_.clear();
    }

private:
    std::deque<std::string> order_;
    std::unordered_map<std::string, Message> by_topic_;
};

}  // namespace millrace::publish
