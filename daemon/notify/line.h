// The line to one channel: what waits for it, the thread that sends, how it goes.
//
// Each line has its own thread and queue, so that none can delay another. A test goes before all that waits. Records of
// what becomes of notices go to the owner. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "notify/outbox.h"
#include "notify/requests.h"
#include "notify/settings.h"
#include "notify/worker.h"
#include "ports/alarm_records.h"
#include "ports/health.h"
#include "ports/notify.h"

namespace millrace::notify {

// What all lines share; outlives them.
struct LineSite {
    const base::Clock& clock;
    AnswerLinks answers;
    base::TimeZone zone;
    std::function<void(ports::DeliveryRecord)> keep;
};

class Line {
public:
    Line(Channel channel, const LineSite& site, Worker::Post post);

    // `post` may bring an answer when the line is gone; see alive_.
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    [[nodiscard]] const Channel& channel() const { return *channel_; }

    void restore(const ports::DeliveryRecord& record, Notice notice);
    void put(Notice notice);
    // Fails when a test is under way.
    void test(Notice notice, ports::Channels::Done done);
    // Tries what is due. `enabled`: not only tests.
    void pump(bool enabled);
    // To be called every second: ends what takes too long, gives up what waited too long, tries what is due.
    void tick(bool enabled);

    void ask_to_stop() { worker_.ask_to_stop(); }
    void stop(base::Milliseconds wait) { worker_.stop(wait); }

    [[nodiscard]] ports::ChannelState state() const;
    void health(std::vector<ports::HealthItem>& items) const;
    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    struct Test {
        Notice notice;
        ports::Channels::Done done;
        bool under_way = false;
    };
    struct Figures {
        std::uint64_t delivered = 0;
        std::uint64_t failed = 0;  // tries
        std::uint64_t given_up = 0;
        std::uint64_t superseded = 0;
    };

    // One lost packet is no reason to call a channel ill.
    static constexpr int kIllAfter = 2;
    // A channel that comes and goes must not fill the log.
    static constexpr base::Seconds kLogAgain{600};

    [[nodiscard]] bool send(const Notice& notice, Worker::Done done);
    void keep_all(std::vector<ports::DeliveryRecord> records);
    void note(const Outcome& outcome);
    void finish_test(const Outcome& outcome);

    const std::shared_ptr<const Channel> channel_;
    const LineSite& site_;
    Outbox outbox_;
    std::optional<Test> test_;
    bool enabled_ = true;
    int failures_ = 0;  // in a row
    std::string error_;
    std::optional<base::WallTime> last_success_;
    std::optional<base::WallTime> last_test_;
    std::optional<base::SteadyTime> logged_;
    bool logged_failure_ = false;
    Figures figures_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    Worker worker_;
};

}  // namespace millrace::notify
