// A rebuild while the daemon runs: the archive is replayed beside the present projections, and in the end store and
// hub go over to the new ones at the same frame.
//
// One at a time; another that is asked for meanwhile, because keys came, follows at once. Loop thread only. All that it
// refers to outlives it; it may go while a rebuild is under way.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/time_zone.h"
#include "hub/hub.h"
#include "payload/key_ring.h"
#include "ports/history.h"
#include "store/writer.h"

namespace millrace::app {

class OnlineRebuild {
public:
    OnlineRebuild(store::Writer& writer, hub::Hub& hub, ports::History& history, const base::Clock& clock,
                  base::TimeZone zone);

    // With these keys; they are the hub's once the rebuild has taken over. `done` is called once, with why nothing
    // changed when it failed.
    using Done = std::function<void(base::Result<void, base::Error>)>;
    void start(payload::KeyRing keys, std::string reason, Done done);

    // Where days begin from the next count on.
    void set_zone(const base::TimeZone& zone) { zone_ = zone; }

    // Under way, or about to follow.
    [[nodiscard]] bool running() const { return !asked_for_.empty(); }

    // Counts by the store what day, week and month hold so far and what ran lately; in the end tells the hub, and calls
    // `done` before anything else can happen.
    void count_totals(std::function<void()> done);

private:
    struct Request {
        payload::KeyRing keys;
        std::string reason;
        Done done;
    };

    void begin();
    void take_over();
    void finish(base::Result<void, base::Error> outcome, std::optional<hub::Pipeline> rebuilt);
    // Totals in the making. The hub gets all at once: what is half of the one count and half of the other is nobody's.
    struct Counting {
        std::vector<base::DeviceId> sensors;  // the last one is being counted
        base::WallTime now;
        hub::WaterTotals totals;
        std::vector<std::pair<base::DeviceId, hub::WaterTotals>> counted;
        std::function<void()> done;
    };
    void count_next(std::shared_ptr<Counting> counting);
    void count_recent(std::shared_ptr<Counting> counting, ports::ReadingQuery query);

    store::Writer& writer_;
    hub::Hub& hub_;
    ports::History& history_;
    const base::Clock& clock_;
    base::TimeZone zone_;
    std::deque<Request> asked_for_;  // the first is under way
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::app
