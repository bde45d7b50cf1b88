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
        count_totals(end);
    } else {
        end();
    }
}

void OnlineRebuild::count_totals(std::function<void()> done) {
    count_next(std::make_shared<Counting>(Counting{hub_.sensors(), clock_.wall_now(), {}, {}, std::move(done)}));
}

void OnlineRebuild::count_next(std::shared_ptr<Counting> counting) {
    if (counting->sensors.empty()) {
        for (auto& [sensor, totals] : counting->counted) hub_.set_totals(sensor, std::move(totals));
        return counting->done();
    }
    counting->totals = {};
    const base::DeviceId sensor = counting->sensors.back();
    const base::WallTime from = hub::calendar_starts(counting->now, zone_).earliest();
    // A device whose clock is ahead may have spoken of tomorrow.
    const base::WallTime to = zone_.next_start(base::CalendarUnit::Day, counting->now) + hub::WaterTotals::kWindow;
    history_.usage(
        {sensor, from, to, base::CalendarUnit::Day, zone_},
        [this, counting, sensor, alive = std::weak_ptr(alive_)](base::Result<ports::UsageAnswer, base::Error> usage) {
            if (alive.expired()) return;
            if (usage) {
                for (const ports::UsageBucket& day : usage->buckets) {
                    if (day.peaks.value != 0) counting->totals.start_with(day.start, day.volume);
                }
            } else {
                counting->totals.lack_past();
                log().warn("today, week and month begin at zero: {}", usage.error().message);
            }
            ports::ReadingQuery query;
            query.sensor = sensor;
            query.from = counting->now - hub::WaterTotals::kWindow;
            query.to = counting->now + hub::WaterTotals::kWindow;
            count_recent(counting, std::move(query));
        });
}

void OnlineRebuild::count_recent(std::shared_ptr<Counting> counting, ports::ReadingQuery query) {
    // A day of a meter that tells every five seconds without rest is eighteen pages.
    const auto on_page = [this, counting, query,
                          alive = std::weak_ptr(alive_)](base::Result<ports::ReadingPage, base::Error> page) {
        if (alive.expired()) return;
        if (page) {
            for (const meter::Reading& reading : page->readings) {
                if (reading.advance.value == 0) continue;
                counting->totals.add_recent(reading.time, reading.advance * page->calibration.at(reading.time),
                                            counting->now);
            }
            if (page->next_cursor) {
                ports::ReadingQuery next = query;
                next.cursor = page->next_cursor;
                return count_recent(counting, std::move(next));
            }
        } else {
            log().warn("the last hour and day begin at zero: {}", page.error().message);
        }
        counting->counted.emplace_back(counting->sensors.back(), std::move(counting->totals));
        counting->sensors.pop_back();
        count_next(counting);
    };
    history_.readings(query, on_page);
}

}  // namespace millrace::app
