// The one place where a frame is stored, opened, decoded, applied, answered and told.
//
// Doors deliver frames; each runs through the pipeline and goes, with what it led to, to the store. When it is on
// disk the bridge is acknowledged and, where we are the stand-in, answered. Subscribers hear of changes on the next
// tick. A failing store shows as ill health and in withheld acknowledgements, and holds back nothing else.
// While a rebuild takes over, what comes is held back for a moment and then applied to the rebuilt state.
// Loop thread only. Owns all domain state.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "cloud/responder.h"
#include "hub/cloud_queue.h"
#include "hub/diary.h"
#include "hub/figures.h"
#include "hub/pipeline.h"
#include "hub/settings.h"
#include "hub/water_totals.h"
#include "ports/bluetooth.h"
#include "ports/bridge_link.h"
#include "ports/frame_store.h"
#include "ports/health.h"
#include "ports/live.h"
#include "ports/notices.h"
#include "ports/random.h"

namespace millrace::hub {

class Watch;

struct Surroundings {
    ports::FrameStore& store;
    ports::WaitingFrames& archive;
    const base::Clock& clock;
    ports::Random& random;
    ports::Notices& notices;
    Watch* watch = nullptr;  // is told of readings, events and the passing of time; outlives the hub
};

class Hub final : public ports::FrameSink, public ports::LiveView, public ports::SelfReport {
public:
    // How often the owner is to call tick().
    static constexpr base::Milliseconds kTick{200};

    Hub(Settings settings, payload::KeyRing keys, Surroundings surroundings);

    // Before the first frame.
    void restore(const ports::StoredState& stored);
    // What the store has counted so far; before the first frame, and while held.
    void set_totals(const base::DeviceId& sensor, WaterTotals totals);
    // All that are known, heard in this run or not.
    [[nodiscard]] std::vector<base::DeviceId> sensors() const;

    // Subscribers outlive the hub's last tick.
    void subscribe(ports::LiveSubscriber& subscriber) { subscribers_.push_back(&subscriber); }

    // The frames that the cloud has missed; for the doors.
    [[nodiscard]] ports::Handover& handover() { return cloud_queue_; }

    // For the live state; the doors are told by their owner.
    void set_cloud_mode(ports::CloudMode mode);
    // Whether the way to the cloud is known to be broken, for the diary.
    void note_cloud_away(bool away, const std::string& why);

    // The Bluetooth devices of the house; others are not shown, whatever they have said. One that was not among them
    // before, or whose key has changed, may count its advertisements anew.
    void set_adopted(const std::vector<ports::AdoptedDevice>& adopted);
    void begin_anew(const ports::AdoptedDevice& device);
    // Whether an adapter listens, and how well one of these devices is heard.
    void note_listening(bool listens);
    void note_signal(const base::DeviceId& device, std::int64_t rssi_dbm);

    // Where days, weeks and months begin; while held, together with the totals of these by set_totals().
    void set_zone(const base::TimeZone& zone);

    // Enters what the store has taken already.
    void set_calibrations(const base::DeviceId& sensor, const std::vector<ports::CalibrationRecord>& all);

    // From now on nothing is applied; what comes waits for resume(). In between, at most kMaxHeldBack frames are kept.
    void hold();
    // Goes on with another pipeline (a rebuild's, with perhaps other keys), or with the present one when there is none,
    // and takes in what was held back. The totals are to be set anew by set_totals() before this.
    void resume(std::optional<Pipeline> rebuilt);
    [[nodiscard]] const Pipeline& pipeline() const { return pipeline_; }
    // Opens what comes from now on; what came before is a rebuild's work.
    void set_keys(payload::KeyRing keys);

    // The newest messages that no key opened, one a bridge, to try a key on.
    [[nodiscard]] std::vector<ports::Frame> sealed_messages() const;
    [[nodiscard]] std::int64_t last_frame_id() const { return last_frame_id_; }

    // The daemon runs, and stops: for the diary. The latter ends all that is open there.
    void open_diary();
    void close_diary();

    // Sends due heartbeats and tells subscribers what changed since the last call, by messages or by time.
    void tick();

    // ports::FrameSink
    void on_opened(const ports::ConnectionOpened& opened, ports::BridgeLink* link) override;
    void on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) override;
    void on_closed(const ports::ConnectionClosed& closed) override;
    void on_path(ports::ConnectionId connection, ports::CloudPath path) override;
    void on_cloud_has(ports::ConnectionId connection, ports::Receipt receipt) override;
    void on_cloud_lost(ports::ConnectionId connection) override;

    // ports::LiveView
    [[nodiscard]] ports::LiveState live() const override;

    // ports::SelfReport
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    // How a bridge is spoken to on a connection.
    struct Talk {
        std::optional<cloud::Heartbeats> heartbeats;  // where we answer it
        std::optional<std::uint32_t> flags;           // how the bridge wraps what it sends
    };
    struct Connection {
        ports::BridgeLink* link = nullptr;
        ports::ConnectionOpened opened;
        std::map<base::DeviceId, Talk> bridges;  // one, or none yet; any number behind a guest's broker

        // Whether it is us who answer.
        [[nodiscard]] bool ours() const { return link != nullptr && opened.path != ports::CloudPath::Relay; }
    };
    // What is known of a bridge in this run only.
    struct BridgeRun {
        ports::ConnectionId connection = 0;
        std::uint64_t opened = 0;
        std::uint64_t unopened = 0;
        bool sealed_shut = false;                       // its newest sealed frame did not open
        std::optional<ports::Frame> sealed_message;     // that frame
        std::optional<base::SteadyTime> heartbeat_due;  // as its last connection left it
    };

    // A Bluetooth device of the house.
    struct Adopted {
        ports::AdoptedDevice device;
        std::optional<std::int64_t> rssi_dbm;
    };

    // How many bridges the log names because no key opens what they say. A house has one or two; a stranger can make
    // up any number.
    static constexpr std::size_t kMaxSealedNotices = 16;
    // A bridge subscribes within this of connecting; a heartbeat that is overdue waits for it.
    static constexpr base::Seconds kSubscribesWithin{10};
    // Heartbeats at one tick, or a hundredth of all where there are more bridges: those that came back together after a
    // power cut are not given theirs all together for ever after.
    static constexpr std::size_t kHeartbeatsAtOnce = 32;
    static constexpr std::size_t kHeartbeatParts = 100;
    // A bridge takes and sends no larger packets.
    static constexpr std::size_t kMaxSealedBytes = 1472;
    // A takeover by a rebuild lasts well under a second. What comes beyond this is not acknowledged and comes again.
    static constexpr std::size_t kMaxHeldBack = 8 * 1024;
    // The picture of so many devices is made anew for subscribers at every tick; that of more as much less often, so
    // that it takes no larger part of the loop's time.
    static constexpr std::size_t kShownEachTick = 1'000;

    // True when the event was put aside until resume().
    template <typename Event>
    bool held_back(Event&& event);
    void keep(ports::Commit commit, ports::FrameStore::Done done);
    void answer(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge, const Outcome& outcome);
    // To the bridge, or through it to its sensor: `device`.
    void send(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge, const base::DeviceId& device,
              std::uint32_t type, std::uint32_t flags, const std::string& text);
    void send_heartbeats();
    void carry(Connection& connection, const base::DeviceId& bridge);
    void begin_heartbeats(const Connection& connection, Talk& talk, const BridgeRun& run);
    void send_heartbeat(ports::ConnectionId connection, const base::DeviceId& bridge, Talk& talk);
    void end_run(const Connection& connection, const base::DeviceId& bridge, const Talk& talk, base::WallTime now);
    [[nodiscard]] BridgeRun* run_of(const base::DeviceId& bridge);
    void learn_bridge(Connection& connection, const ports::Frame& frame, const Outcome& outcome);
    void note_sealed(const base::DeviceId& bridge, bool had_key);
    void note_understanding(const ports::Frame& frame, const Outcome& outcome);
    void note_readings(const Outcome& outcome);
    void tell_watch(const Outcome& outcome);
    void tick_watch(base::WallTime now);
    [[nodiscard]] base::Milliseconds clock_ahead(const base::DeviceId& sensor, base::WallTime now) const;
    [[nodiscard]] base::WallTime device_time(const Device& sensor, base::WallTime now) const;
    // `device`: what is known of it, if anything is.
    [[nodiscard]] ports::LiveBridge live_bridge(const base::DeviceId& id, const Device* device) const;
    [[nodiscard]] ports::LivePuck live_puck(const base::DeviceId& id, const Device& device) const;
    [[nodiscard]] ports::LiveAdvertised live_advertised(const base::DeviceId& id, const Device& device) const;
    [[nodiscard]] ports::LiveSensor live_sensor(const base::DeviceId& id, const Device& device, base::WallTime now,
                                                const CalendarStarts& starts) const;

    Settings settings_;
    Surroundings surroundings_;
    Pipeline pipeline_;
    CloudQueue cloud_queue_;
    Diary diary_;
    ports::CloudMode cloud_mode_ = ports::CloudMode::Local;
    std::optional<std::deque<std::function<void()>>> held_back_;
    std::int64_t last_frame_id_ = 0;
    std::unordered_map<ports::ConnectionId, Connection> connections_;
    std::map<base::DeviceId, BridgeRun> runs_;
    std::unordered_map<base::DeviceId, base::Volume> durable_lifetime_;
    std::unordered_map<base::DeviceId, WaterTotals> totals_;
    std::map<base::DeviceId, Adopted> adopted_;
    bool hears_bluetooth_ = false;
    std::unordered_map<base::DeviceId, WaterTotals> at_least_;  // by sealed messages
    std::vector<ports::LiveSubscriber*> subscribers_;
    bool changed_ = true;
    mutable bool any_running_ = false;  // in the picture made last
    base::SteadyTime tell_at_{};        // not sooner are subscribers told again
    base::WallTime minute_;             // of the last state told: the sliding windows change with time alone
    Figures figures_;
    std::size_t sealed_notices_ = 0;
    // Callbacks of the store may come after the hub is gone; they hold this weakly.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::hub
