// Sessions of all roles on any bytes. The input is a list of steps: a byte that says what happens and how many
// of the following bytes arrive, then those bytes. A session must stay within its limits and say nothing once closed.
#include <cstdlib>
#include <variant>
#include <vector>

#include "mqtt/client_session.h"
#include "mqtt/server_session.h"
#include "mqtt/session_mirror.h"
#include "mqtt/tap_session.h"

using namespace millrace;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// One session under test; `act` does the step.
template <typename Actions>
class Watch {
public:
    // Nothing may follow a Close, neither in the same answer nor later.
    void check(const Actions& actions) {
        for (const auto& action : actions) {
            require(!closed_);
            closed_ = std::holds_alternative<mqtt::Close>(action);
        }
    }

private:
    bool closed_ = false;
};

void run_server(base::ByteView input) {
    mqtt::ServerLimits limits;
    limits.max_inflight = 4;
    limits.max_subscriptions = 3;
    base::SteadyTime now{base::Seconds{1}};
    mqtt::ServerSession session(limits, now);
    Watch<mqtt::ServerActions> watch;
    while (!input.empty()) {
        const unsigned step = input[0];
        const std::size_t size = std::min<std::size_t>(step & 0x3F, input.size() - 1);
        const mqtt::ServerActions actions = session.on_bytes(input.subspan(1, size), now);
        watch.check(actions);
        input = input.subspan(1 + size);
        if ((step & 0x40) != 0) {
            for (const auto& action : actions) {
                const auto* delivered = std::get_if<mqtt::Delivered>(&action);
                if (delivered != nullptr) watch.check(session.acknowledge(delivered->receipt));
            }
            watch.check(session.publish("a/b", {1, 2}, mqtt::Qos::AtLeastOnce));
            require(session.unacknowledged_sent() <= limits.max_inflight);
        }
        if ((step & 0x80) != 0) {
            now += base::Seconds{step & 0x0F};
            const bool due = now >= session.deadline();
            const mqtt::ServerActions timed = session.on_timer(now);
            require(due == !timed.empty());
            watch.check(timed);
        }
    }
}

void run_client(base::ByteView input) {
    mqtt::ClientSettings settings;
    settings.max_inflight = 3;
    base::SteadyTime now{base::Seconds{1}};
    // Some inputs have what only special owners ask for.
    settings.acknowledge_by_hand = !input.empty() && (input[0] & 0x01) != 0;
    settings.stop_at_suback = !input.empty() && (input[0] & 0x02) != 0;
    mqtt::ClientSession session(settings);
    Watch<mqtt::ClientActions> watch;
    watch.check(session.open(now));
    while (!input.empty()) {
        const unsigned step = input[0];
        const std::size_t size = std::min<std::size_t>(step & 0x3F, input.size() - 1);
        const mqtt::ClientActions actions = session.on_bytes(input.subspan(1, size), now);
        watch.check(actions);
        input = input.subspan(1 + size);
        if ((step & 0x40) != 0) {
            for (const auto& action : actions) {
                const auto* received = std::get_if<mqtt::MessageReceived>(&action);
                if (received != nullptr) watch.check(session.acknowledge(received->receipt));
            }
            watch.check(session.ping(now).actions);
            watch.check(session.publish("a/b", {1, 2}, mqtt::Qos::AtLeastOnce, now).actions);
            require(session.inflight() <= settings.max_inflight);
        }
        if ((step & 0x80) != 0) {
            now += base::Seconds{step & 0x0F};
            watch.check(session.on_timer(now));
            require(session.deadline() > now);
        }
    }
}

void run_tap(base::ByteView input) {
    mqtt::TapSession tap;
    std::vector<mqtt::TapEvent> events;
    while (!input.empty()) {
        const unsigned step = input[0];
        const std::size_t size = std::min<std::size_t>(step & 0x3F, input.size() - 1);
        const mqtt::Side side = (step & 0x40) != 0 ? mqtt::Side::Client : mqtt::Side::Server;
        (void)mqtt::may_begin_packet(side, input.subspan(1, size));
        tap.on_bytes(side, input.subspan(1, size), events);
        input = input.subspan(1 + size);
    }
    for (std::size_t i = 0; i + 1 < events.size(); ++i) require(std::holds_alternative<mqtt::SawPacket>(events[i]));
}

// Both directions of a conversation, and then somebody who takes the client over.
void run_mirror(base::ByteView input) {
    mqtt::TapSession tap;
    mqtt::SessionMirror mirror;
    std::vector<mqtt::TapEvent> events;
    std::uint64_t newest = 0;
    std::uint64_t certain = 0;
    base::SteadyTime now{base::Seconds{1}};
    while (!input.empty()) {
        const unsigned step = input[0];
        const std::size_t size = std::min<std::size_t>(step & 0x3F, input.size() - 1);
        const mqtt::Side side = (step & 0x40) != 0 ? mqtt::Side::Client : mqtt::Side::Server;
        events.clear();
        tap.on_bytes(side, input.subspan(1, size), events);
        input = input.subspan(1 + size);
        for (const auto& event : events) {
            const auto* saw = std::get_if<mqtt::SawPacket>(&event);
            if (saw == nullptr) continue;
            if (side == mqtt::Side::Client) {
                const auto receipt = mirror.on_client(saw->packet, now);
                require(receipt == 0 || receipt > newest);
                newest = std::max(newest, receipt);
            } else {
                mirror.on_server(saw->packet);
            }
            require(mirror.server_has() >= certain && mirror.server_has() <= newest);
            certain = mirror.server_has();
        }
        if ((step & 0x80) != 0) mirror.acknowledge(newest);
    }
    if (!mirror.can_be_taken_over()) return;
    mqtt::ServerSession session({}, now);
    mqtt::SessionState state = mirror.take();
    state.half_packet = tap.take_rest(mqtt::Side::Client);
    for (const auto& action : session.go_on(std::move(state), now)) {
        require(!std::holds_alternative<mqtt::Delivered>(action) && !std::holds_alternative<mqtt::Close>(action));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    run_server(input);
    run_client(input);
    run_tap(input);
    run_mirror(input);
    return 0;
}
