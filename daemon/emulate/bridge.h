// An emulated bridge with its sensor, with no I/O: what `millrace simulate` runs by the thousand.
//
// Behaves as `daemon/message/FORMAT.md` describes the device: subscribes to its topics, publishes the bridge's and then
// the sensor's boot frame until each is answered, and from the sensor's `peaks` on sends samples, states, events and
// logs and gives heartbeats back. What depends on the server's patience (pings, answers, heartbeats, sending again)
// runs in real time, what the device measures in emulated time, which may pass faster. The owner connects and
// reconnects, feeds bytes and time, and carries out the actions in order. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "emulate/random.h"
#include "emulate/sample_queue.h"
#include "emulate/water.h"
#include "message/message.h"
#include "mqtt/client_session.h"
#include "payload/secret_key.h"

namespace millrace::emulate {

struct Moment {
    base::WallTime emulated;
    base::SteadyTime real;
};

struct BridgeSettings {
    base::DeviceId bridge;
    base::DeviceId sensor;
    std::optional<payload::SecretKey> key;  // without one everything is plain
    std::string password = "emulated";
    std::string branch = "squidward";
    std::string bridge_firmware = "00000000000000000000000000000000000000b1";
    std::string sensor_firmware = "00000000000000000000000000000000000000c1";
    mqtt::Qos sample_qos = mqtt::Qos::AtLeastOnce;
    std::uint64_t seed = 1;

    base::Seconds boot_retry{10};  // real time, as all waiting for the server
    base::Seconds heartbeat_timeout{30 * 60};
    base::Seconds publish_retry{20};
    base::Seconds sensor_states_period{600};  // emulated time
    base::Seconds bridge_states_period{1800};
};

struct BridgeStatistics {
    std::uint64_t samples_sent = 0;  // each time a sample is put into a message
    std::uint64_t samples_acknowledged = 0;
    std::uint64_t publishes = 0;  // without those that are sent again
    std::uint64_t connections = 0;
    std::uint64_t restarts = 0;
    std::uint64_t heartbeats = 0;
    std::uint64_t errors_received = 0;  // the server's complaints
    std::uint64_t unreadable = 0;       // messages of the server that did not open or decode

    BridgeStatistics& operator+=(const BridgeStatistics& other);
};

// The server has taken these samples: by PUBACK, or at QoS 0 by their being sent.
struct Recorded {
    std::vector<message::Sample> samples;
    std::optional<std::chrono::nanoseconds> waited{};  // real time from the first sending to the PUBACK
};
// End the connection. The owner calls on_disconnected() and connects again after its back-off.
struct HangUp {
    std::string reason;
};
using BridgeAction = std::variant<mqtt::Send, Recorded, HangUp>;
using BridgeActions = std::vector<BridgeAction>;

class Bridge {
public:
    // Messages with samples under way at QoS 1; more wait in the queue.
    static constexpr std::size_t kMaxInflight = 8;

    // `start` is when the device was switched on; steps of the water before it are counted at once.
    Bridge(BridgeSettings settings, std::unique_ptr<Water> water, base::WallTime start);

    [[nodiscard]] BridgeActions on_connected(Moment now);
    [[nodiscard]] BridgeActions on_bytes(base::ByteView bytes, Moment now);
    void on_disconnected(Moment now);

    // Lets time pass up to `now`, whether connected or not. To be called when either deadline is reached.
    [[nodiscard]] BridgeActions on_timer(Moment now);
    [[nodiscard]] base::WallTime emulated_deadline() const;
    [[nodiscard]] base::SteadyTime real_deadline() const;

    // No more water is counted; what is waiting goes out now. done() tells when all of it is acknowledged.
    [[nodiscard]] BridgeActions finish(Moment now);
    [[nodiscard]] bool done() const {
        return finishing_ && queue_.waiting() == 0 && queue_.outstanding_messages() == 0;
    }
    [[nodiscard]] bool water_ended() const { return !next_step_; }

    // Power was cut and is back: all is as after on_disconnected(), and the device boots anew. What the sensor has not
    // got acknowledged it still has.
    [[nodiscard]] BridgeActions power_cycle(Moment now);

    // DISCONNECT, when connected.
    [[nodiscard]] BridgeActions goodbye();

    // Connected, and the server has taken its subscriptions.
    [[nodiscard]] bool online() const { return subscribed_ && session_ && session_->connected(); }
    // Online, and the server has answered both boot frames: from here on samples flow.
    [[nodiscard]] bool served() const { return online() && booted_ == Booted::Sensor; }

    [[nodiscard]] const base::DeviceId& sensor() const { return settings_.sensor; }
    [[nodiscard]] const BridgeStatistics& statistics() const { return statistics_; }
    [[nodiscard]] const SampleQueue& queue() const { return queue_; }

private:
    // What the server has answered since the device was switched on.
    enum class Booted : std::uint8_t { Nothing, Bridge, Sensor };

    void carry_out(mqtt::ClientActions&& session_actions, Moment now, BridgeActions& actions);
    void receive(const mqtt::Publish& publish, Moment now, BridgeActions& actions);
    void on_boot_response(const message::BootResponse& response, const base::DeviceId& device, Moment now,
                          BridgeActions& actions);
    void restart(Moment now, BridgeActions& actions);

    void pass_emulated_time(Moment now, BridgeActions& actions);
    void close_window(base::WallTime end);
    void send_boot(Moment now, BridgeActions& actions);
    void send_samples(Moment now, BridgeActions& actions);
    void send_states(Moment now, BridgeActions& actions);
    void send_greetings(Moment now, BridgeActions& actions);
    [[nodiscard]] mqtt::PacketId publish(std::uint32_t type, const base::DeviceId& device, std::string json,
                                         mqtt::Qos qos, Moment now, BridgeActions& actions);

    BridgeSettings settings_;
    std::unique_ptr<Water> water_;
    std::optional<Step> next_step_;
    SampleQueue queue_;
    Random random_;
    std::optional<mqtt::ClientSession> session_;
    std::vector<std::pair<mqtt::PacketId, base::SteadyTime>> sent_;  // messages with samples under way
    bool subscribed_ = false;
    bool finishing_ = false;
    Booted booted_ = Booted::Nothing;
    base::SteadyTime boot_again_ = base::SteadyTime::max();
    base::SteadyTime restart_at_ = base::SteadyTime::max();
    base::WallTime sensor_states_at_;
    base::WallTime bridge_states_at_;
    std::uint64_t packets_received_ = 0;  // from the sensor, as the bridge's states tell
    BridgeStatistics statistics_;
};

}  // namespace millrace::emulate
