// Messages waiting for the broker: in order of arrival, and only the latest for each topic but where each counts.
//
// A newer message takes the place of the waiting one for its topic, so a slow broker delays but never grows us, and
// what it gets is current. Events are not replaced. Pure; loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "publish/message.h"

namespace millrace::publish {

class Outbox {
public:
    // Half as much again as a thousand bridges with a sensor each have to say.
    static constexpr std::size_t kMaxTopics = 65'536;

    // False when the message was dropped because too many topics are waiting.
    [[nodiscard]] bool put(Message message) {
        // No topic has a zero byte in it.
        const std::string key =
            message.each_counts ? message.topic + std::string(1, '\0') + std::to_string(++events_) : message.topic;
        const auto waiting = by_topic_.find(key);
        if (waiting != by_topic_.end()) {
            waiting->second = std::move(message);
            return true;
        }
        if (order_.size() >= kMaxTopics) return false;
        order_.push_back(key);
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
    std::uint64_t events_ = 0;
    std::deque<std::string> order_;
    std::unordered_map<std::string, Message> by_topic_;
};

}  // namespace millrace::publish
