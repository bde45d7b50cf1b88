#include "app/online_rebuild.h"

#include <spdlog/spdlog.h>

#include "app/log.h"
#include "app/replay.h"

namespace millrace::app {

OnlineRebuild::OnlineRebuild(store::Writer& writer, hub::Hub& hub, ports::History& history, const base::Clock& clock,
                             base::TimeZone zone)
    : writer_(writer), hub_(hub), history_(history), clock_(clock), zone_(std::move(zone)) {}

void OnlineRebuild::start(payload::KeyRing keys, std::string reason, Done done) {
    asked_for_.push_back({std::move(keys), std::move(reason), std::move(done)});
    if (asked_for_.size() == 1) begin();
}

void OnlineRebuild::begin() {
    const Request& request = asked_for_.front();
    log().info("rebuilding readings, usage and totals from the archive: {}", request.reason);
    auto started =
        writer_.start_rebuild(std::make_unique<Replay>(request.keys), request.reason,
                              [this, alive = std::weak_ptr(alive_)](base::Result<void, base::Error> caught_up) {
                                  if (alive.expired()) return;
                                  if (!caught_up) return finish(std::move(caught_up), std::nullopt);
                                  take_over();
                              });
    if (!started) finish(std::move(started), std::nullopt);
}

// What comes from here on waits in the hub until store and hub are both at the rebuilt state.
void OnlineRebuild::take_over() {
    hub_.hold();
    writer_.switch_rebuild([this, alive = std::weak_ptr(alive_)](auto job) {
        if (alive.expired()) return;
        if (!job) return finish(base::failure(std::move(job.error())), std::nullopt);
        finish({}, static_cast<Replay&>(**job).take_pipeline());
    });
}

void OnlineRebuild::finish(base::Result<void, base::Error> outcome, std::optional<hub::Pipeline> rebuilt) {
    const bool changed = rebuilt.has_value();
    // Shared, because a std::function is copied and the pipeline is large.
    auto result = std::make_shared<std::pair<base::Result<void, base::Error>, std::optional<hub::Pipeline>>>(
        std::move(outcome), std::move(rebuilt));
    const auto end = [this, result] {
        hub_.resume(std::move(result->second));
        const Request request = std::move(asked_for_.front());
        asked_for_.pop_front();
        if (result->first) {
            log().info("rebuilt");
        } else {
            log().error("the rebuild failed and changed nothing: {}", result->first.error().message);
        }
        request.done(std::move(result->first));
        if (!asked_for_.empty()) begin();
    };
    if (changed) {
        count_today(end);
    } else {
        end();
    }
}

void OnlineRebuild::count_today(std::function<void()> done) {
    count_next(std::make_shared<std::vector<base::DeviceId>>(hub_.sensors()), std::move(done));
}

void OnlineRebuild::count_next(std::shared_ptr<std::vector<base::DeviceId>> sensors, std::function<void()> done) {
    if (sensors->empty()) return done();
    const base::DeviceId sensor = sensors->back();
    sensors->pop_back();
    const base::WallTime now = clock_.wall_now();
    const base::WallTime day = zone_.start_of(base::CalendarUnit::Day, now);
    history_.usage({sensor, day, zone_.next_start(base::CalendarUnit::Day, now), base::CalendarUnit::Day, zone_},
                   [this, sensors, sensor, day, done = std::move(done),
                    alive = std::weak_ptr(alive_)](base::Result<ports::UsageAnswer, base::Error> usage) {
                       if (alive.expired()) return;
                       if (usage && !usage->buckets.empty()) {
                           hub_.set_today(sensor, day, usage->buckets.front().volume);
                       } else if (!usage) {
                           log().warn("today's volume begins at zero: {}", usage.error().message);
                       }
                       count_next(sensors, done);
                   });
}

}  // namespace millrace::app
