// The notices of one channel that were not delivered yet, in order, and when each is to be tried.
//
// A channel that cannot be reached is tried again ever more rarely, and at once when something new is to be told. A
// notice that the other side refuses waits by itself and lets the next ones pass. A newer notice of the same incident
// takes the place of those that wait, so that a channel that comes back tells how things stand and not how they went.
//
// Pure: gives out records to store and notices to send; the owner does both. Loop thread only.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "notify/notice.h"
#include "ports/alarm_records.h"

namespace millrace::notify {

// How a try ended.
struct Outcome {
    enum class Kind : std::uint8_t {
        Delivered,
        Unreachable,  // no answer: the next one would fare no better
        Refused,      // an answer, but no
    };
    Kind kind = Kind::Delivered;
    std::string error;  // for people, without secrets
};

class Outbox {
public:
    static constexpr base::Seconds kFirstWait{5};
    static constexpr base::Seconds kLongestWait{15 * 60};
    static constexpr base::Seconds kGivenUpAfter{24 * 60 * 60};
    // More incidents than a house ever has at once; beyond it the oldest that is not critical goes.
    static constexpr std::size_t kMaxWaiting = 200;
    // Delivery records are shown to people; nobody reads a longer error.
    static constexpr std::size_t kMaxErrorBytes = 300;

    explicit Outbox(std::string channel) : channel_(std::move(channel)) {}

    // The records that changed: the new one, and those it supersedes or pushes out.
    [[nodiscard]] std::vector<ports::DeliveryRecord> put(Notice notice, base::WallTime now);
    // One that waited before a restart.
    void restore(const ports::DeliveryRecord& record, Notice notice);

    // What is to be tried now; it is under way until `finish`. Only one is at a time.
    [[nodiscard]] std::optional<Notice> take(base::WallTime now);
    // The record of the one under way, as it stands now.
    [[nodiscard]] std::optional<ports::DeliveryRecord> finish(const Outcome& outcome, base::WallTime now);
    // Those that waited too long.
    [[nodiscard]] std::vector<ports::DeliveryRecord> expire(base::WallTime now);

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool busy() const { return under_way_.has_value(); }

private:
    struct Item {
        ports::DeliveryRecord record;
        Notice notice;
    };

    [[nodiscard]] static base::Seconds wait_after(int failures);

    std::string channel_;
    std::deque<Item> items_;                 // by number
    std::optional<std::int64_t> under_way_;  // number
    int unreachable_ = 0;                    // tries in a row
    std::optional<base::WallTime> rests_until_;
};

}  // namespace millrace::notify
