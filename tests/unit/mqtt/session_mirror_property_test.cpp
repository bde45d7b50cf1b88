// Random conversations, cut anywhere: what the mirror claims must be true, and whoever takes over must answer exactly
// what the server had not.
#include <algorithm>
#include <optional>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "mqtt/server_session.h"
#include "mqtt/session_mirror.h"
#include "session_actions.h"

namespace millrace::mqtt {
namespace {

// A client and a server with a wire in between, both by the standard.
class Conversation {
public:
    void step(std::uint8_t choice) {
        switch (choice % 4) {
            case 0: return client_says(choice / 4);
            case 1: return arrive();
            case 2: return server_answers(choice / 4);
            default: return owner_acknowledges();
        }
    }

    [[nodiscard]] SessionMirror& mirror() { return mirror_; }
    // The newest message the server got.
    [[nodiscard]] std::uint64_t server_got() const {
        std::uint64_t newest = 0;
        for (std::size_t i = 0; i < arrived_; ++i) newest = std::max(newest, sent_[i].receipt);
        return newest;
    }
    // The wire bytes of what the server owes, those first that a successor may say at once.
    struct Owed {
        std::vector<base::Bytes> at_once;
        std::vector<base::Bytes> later;
        std::vector<std::uint64_t> receipts;
    };
    [[nodiscard]] Owed owed() const {
        Owed owed;
        for (const auto& said : sent_) {
            if (!said.answer || said.answered) continue;
            const bool unsafe = said.receipt != 0 && !said.safe;
            (unsafe ? owed.later : owed.at_once).push_back(to_wire(*said.answer));
            if (unsafe) owed.receipts.push_back(said.receipt);
        }
        return owed;
    }
    // As the client must see it once everything is answered.
    [[nodiscard]] std::set<std::string> subscribed() const {
        std::set<std::string> filters;
        for (const auto& said : sent_) {
            if (const auto* made = std::get_if<Subscribe>(&said.packet))
                filters.insert(made->subscriptions[0].topic_filter);
            if (const auto* ended = std::get_if<Unsubscribe>(&said.packet)) filters.erase(ended->topic_filters[0]);
        }
        return filters;
    }

private:
    struct Said {
        Packet packet;
        std::uint64_t receipt = 0;
        std::optional<Packet> answer{};
        bool answered = false;
        bool safe = false;
    };

    void say(Packet packet, std::optional<Packet> answer) {
        const auto receipt = mirror_.on_client(packet, base::SteadyTime{});
        sent_.push_back({std::move(packet), receipt, std::move(answer)});
    }

    // The lowest that no unanswered request uses.
    [[nodiscard]] PacketId free_id() const {
        std::set<PacketId> used;
        for (const auto& said : sent_) {
            if (said.answered || !said.answer) continue;
            if (const auto* puback = std::get_if<Puback>(&*said.answer)) used.insert(puback->packet_id);
            if (const auto* suback = std::get_if<Suback>(&*said.answer)) used.insert(suback->packet_id);
            if (const auto* unsuback = std::get_if<Unsuback>(&*said.answer)) used.insert(unsuback->packet_id);
        }
        PacketId id = 1;
        while (used.contains(id)) ++id;
        return id;
    }

    void client_says(unsigned choice) {
        if (sent_.empty()) {
            Connect connect;
            connect.keep_alive_s = 20;
            return say(connect, Connack{});
        }
        const PacketId id = free_id();
        const std::string filter = "f" + std::to_string(choice / 5 % 3);
        Publish publish;
        publish.topic = "t";
        switch (choice % 5) {
            case 0: return say(publish, std::nullopt);
            case 1:
                publish.qos = Qos::AtLeastOnce;
                publish.packet_id = id;
                return say(publish, Puback{id});
            case 2: return say(Pingreq{}, Pingresp{});
            case 3: return say(Subscribe{id, {{filter, Qos::AtLeastOnce}}}, Suback{id, {1}});
            default: return say(Unsubscribe{id, {filter}}, Unsuback{id});
        }
    }
    void arrive() {
        if (arrived_ < sent_.size()) ++arrived_;
    }
    // In order, but that it may hold a PUBACK back, as a server that stores first would.
    void server_answers(unsigned choice) {
        bool hold_back = choice % 3 == 0;
        for (std::size_t i = 0; i < arrived_; ++i) {
            Said& said = sent_[i];
            if (!said.answer || said.answered) continue;
            if (hold_back && std::holds_alternative<Puback>(*said.answer)) {
                hold_back = false;
                continue;
            }
            said.answered = true;
            return mirror_.on_server(*said.answer);
        }
    }
    void owner_acknowledges() {
        for (auto& said : sent_) {
            if (said.receipt == 0 || said.safe) continue;
            said.safe = true;
            return mirror_.acknowledge(said.receipt);
        }
    }

    SessionMirror mirror_;
    std::vector<Said> sent_;
    std::size_t arrived_ = 0;
};

std::vector<base::Bytes> sorted(std::vector<base::Bytes> packets) {
    std::sort(packets.begin(), packets.end());
    return packets;
}

template <typename Actions>
std::vector<base::Bytes> wires(const Actions& actions) {
    std::vector<base::Bytes> found;
    for (const Packet& packet : sent(actions)) found.push_back(to_wire(packet));
    return found;
}

RC_GTEST_PROP(SessionMirrorProperty, ClaimsOnlyWhatTheServerGot, (const std::vector<std::uint8_t>& steps)) {
    Conversation conversation;
    std::uint64_t before = 0;
    for (const auto step : steps) {
        conversation.step(step);
        const auto claimed = conversation.mirror().server_has();
        RC_ASSERT(claimed <= conversation.server_got());
        RC_ASSERT(claimed >= before);
        before = claimed;
    }
}

RC_GTEST_PROP(SessionMirrorProperty, WhoTakesOverAnswersExactlyWhatIsOpen, (const std::vector<std::uint8_t>& steps)) {
    Conversation conversation;
    conversation.step(0);
    for (const auto step : steps) conversation.step(step);
    RC_ASSERT(conversation.mirror().can_be_taken_over());
    ServerSession successor({}, base::SteadyTime{});
    const auto owed = conversation.owed();
    const auto at_once = successor.go_on(conversation.mirror().take(), base::SteadyTime{});
    RC_ASSERT(all<Delivered>(at_once).empty());
    RC_ASSERT(wires(at_once) == owed.at_once);
    std::vector<base::Bytes> later;
    for (const auto receipt : owed.receipts) {
        for (auto& wire : wires(successor.acknowledge(receipt))) later.push_back(std::move(wire));
    }
    RC_ASSERT(sorted(later) == sorted(owed.later));
    for (const char* filter : {"f0", "f1", "f2"}) {
        RC_ASSERT(successor.subscribed_to(filter) == conversation.subscribed().contains(filter));
    }
}

}  // namespace
}  // namespace millrace::mqtt
