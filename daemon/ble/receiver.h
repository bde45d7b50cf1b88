// One receiver of a bridge's frames: found, connected, its characteristic's notifications switched on and joined to
// frames.
//
// What fails is tried again after a wait that doubles, for as long as this lives. The sink knows of a connection while
// notifications are switched on. Loop thread only.
#pragma once

#include <functional>
#include <string>

#include "ble/bluez.h"
#include "ble/fragment_joiner.h"
#include "ble/problem.h"
#include "ble/retry.h"
#include "ble/settings.h"
#include "ble/tally.h"
#include "ports/bridge_link.h"

namespace millrace::ble {

// Where its frames go, and how its connections are numbered.
struct FrameWay {
    ports::FrameSink& sink;
    std::function<ports::ConnectionId()> next_connection;
};

class Receiver {
public:
    Receiver(Bluez& bluez, const ReceiverSettings& settings, FrameWay way, ReceiverTally& tally,
             std::function<bool(const std::string& adapter)> may_use);
    ~Receiver();  // as after stop("BlueZ has gone")
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    // Objects came, changed or went.
    void update();
    // A characteristic's properties have these new values.
    void on_characteristic(const std::string& path, const Properties& properties);
    void stop(const std::string& reason);

    // A scan has to run until it has been seen.
    [[nodiscard]] bool seeks() const { return step_ == Step::Seeking; }
    [[nodiscard]] const base::BluetoothAddress& address() const { return settings_.address; }
    [[nodiscard]] const Condition& condition() const { return condition_; }

private:
    enum class Step { Seeking, Connecting, Resolving, Subscribing, Subscribed, Resting };

    void seek();
    void connect(const std::string& device);
    void resolve();
    void on_resolve_timeout();
    void subscribe();
    void on_subscribed(const Answer& answer);
    void on_notification(const base::Bytes& value);
    void leave(const std::string& reason);
    void fail(Condition condition);
    void close(const std::string& reason);
    void set(Step step, Condition condition);

    Bluez& bluez_;
    const ReceiverSettings settings_;
    FrameWay way_;
    ReceiverTally& tally_;
    std::function<bool(const std::string&)> may_use_;
    Step step_ = Step::Seeking;
    Condition condition_;
    std::string device_;                  // its path, from Connecting to Subscribed
    std::string last_device_;             // the one tried last: with two adapters the other one has its turn
    std::string characteristic_;          // its path, from Subscribing to Subscribed
    ports::ConnectionId connection_ = 0;  // 0: the sink knows of none
    Slot asked_;
    Slot leaving_;  // asked to disconnect, not answered yet
    Delay delay_;
    Backoff backoff_;
    bool seen_connected_ = false;  // BlueZ has said so, since its answer to Connect
    bool all_shown_ = false;       // BlueZ has told the services, and had time to show them on the bus
    FragmentJoiner joiner_;
    std::uint64_t counted_ = 0;  // of the joiner's broken fragments, in the tally
};

}  // namespace millrace::ble
