#include "api/usage.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/csv.h"
#include "api/devices.h"
#include "api/json.h"
#include "api/parameters.h"
#include "api/quantity.h"
#include "api/routes.h"
#include "ports/categories.h"

namespace millrace::api {
namespace {

int default_count(base::CalendarUnit bucket) {
    switch (bucket) {
        case base::CalendarUnit::Minute: return 60;
        case base::CalendarUnit::Hour: return 24;
        case base::CalendarUnit::Day: return 30;
        case base::CalendarUnit::Week: return 13;
        case base::CalendarUnit::Month: return 12;
        case base::CalendarUnit::Year: return 5;
    }
    return 24;
}

void handle_usage(const Site& site, const Request& request, const Responder& responder) {
    const ports::LiveState live = site.dependencies.live.live();
    const ports::LiveSensor* sensor = find_sensor(live, request.path_parameter("uuid"));
    if (sensor == nullptr) return responder.answer(problem(404, "No sensor of this name has been heard."));

    Parameters parameters(request);
    UsageView view;
    view.sensor = sensor->id;
    view.bucket = parameters.bucket("bucket", base::CalendarUnit::Hour);
    const auto from = parameters.time("from");
    const auto to = parameters.time("to");
    view.unit = parameters.unit("unit", site.settings.unit);
    view.zone = parameters.time_zone("time_zone", site.settings.zone);
    view.to = to.value_or(site.dependencies.clock.wall_now());
    view.from = from.value_or(default_from(view.to, view.bucket, view.zone));
    const bool csv = parameters.csv_wanted();
    view.split = parameters.choice("split", {"category"}).has_value();
    const bool compare = parameters.choice("compare", {"previous"}).has_value();
    if (from && view.from >= view.to) {
        parameters.refuse("from", "must be earlier than to");
    } else if (most_buckets(view.from, view.to, view.bucket) * (compare ? 2 : 1) > kMaxBucketsPerAnswer) {
        parameters.refuse("from", "is so early that the answer would have more than " +
                                      std::to_string(kMaxBucketsPerAnswer) +
                                      " buckets; ask for a shorter range or a larger bucket");
    }
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));

    base::WallTime asked_from = view.from;
    if (compare) {
        const PeriodBefore period = period_before(view.from, view.to, view.bucket, view.zone);
        asked_from = period.from;
        view.before = period.buckets;
    }
    site.dependencies.history.usage(
        {view.sensor, asked_from, view.to, view.bucket, view.zone, view.split},
        [view, csv, responder](base::Result<ports::UsageAnswer, base::Error> answer) {
            if (!answer) return responder.answer(problem(503, "The history cannot be read: " + answer.error().message));
            responder.answer(csv ? csv_response(usage_csv(*answer, view))
                                 : json_response(usage_document(*answer, view)));
        });
}

// By category, and `uncategorised` last.
using Split = std::vector<std::pair<std::string_view, base::Volume>>;

// Goes through an answer's buckets in order.
class Splitter {
public:
    explicit Splitter(const ports::UsageAnswer& answer) : answer_(answer), next_(answer.labelled.begin()) {}

    [[nodiscard]] Split of(std::size_t bucket) {
        Split split;
        base::Volume rest = answer_.buckets[bucket].volume;
        for (; next_ != answer_.labelled.end() && next_->bucket <= bucket; ++next_) {
            if (next_->bucket < bucket) continue;
            split.emplace_back(next_->category, next_->volume);
            rest = rest - next_->volume;
        }
        split.emplace_back(ports::kUncategorised.key, rest);
        for (const auto& [category, volume] : split) total_[category] += volume;
        return split;
    }
    // Of the buckets so far.
    [[nodiscard]] Split total() const {
        Split split;
        base::Volume rest;
        for (const auto& [category, volume] : total_) {
            if (category == ports::kUncategorised.key) {
                rest = volume;
            } else {
                split.emplace_back(category, volume);
            }
        }
        split.emplace_back(ports::kUncategorised.key, rest);
        return split;
    }

private:
    const ports::UsageAnswer& answer_;
    std::vector<ports::LabelledVolume>::const_iterator next_;
    std::map<std::string_view, base::Volume> total_;
};

}  // namespace

std::int64_t most_buckets(base::WallTime from, base::WallTime to, base::CalendarUnit bucket) {
    if (to <= from) return 0;
    return (to - from) / base::length_of(bucket).shortest + 2;
}

base::WallTime default_from(base::WallTime to, base::CalendarUnit bucket, const base::TimeZone& zone) {
    base::WallTime from = zone.start_of(bucket, to);
    if (from == to) from = zone.start_of(bucket, to - base::Milliseconds{1});
    for (int i = 1; i < default_count(bucket); ++i) from = zone.start_of(bucket, from - base::Milliseconds{1});
    return from;
}

std::string usage_document(const ports::UsageAnswer& answer, const UsageView& view) {
    base::PeakCount peaks;
    base::Volume volume;
    base::Volume previous;
    Splitter splitter(answer);
    ItemList items;
    for (std::size_t i = view.before; i < answer.buckets.size(); ++i) {
        const ports::UsageBucket& bucket = answer.buckets[i];
        peaks += bucket.peaks;
        volume += bucket.volume;
        items.begin();
        items.add("start", std::string_view(view.zone.rfc3339(bucket.start)));
        items.add("end", std::string_view(view.zone.rfc3339(bucket.end)));
        items.add("peaks", bucket.peaks.value);
        items.add("volume", shown(bucket.volume, view.unit));
        if (view.before > 0) {
            previous += answer.buckets[i - view.before].volume;
            items.add("previous_volume", shown(answer.buckets[i - view.before].volume, view.unit));
        }
        if (view.split) {
            items.begin("categories");
            for (const auto& [category, taken] : splitter.of(i)) items.add(category, shown(taken, view.unit));
            items.end_inner();
        }
        items.end();
    }
    Json document{
        {"sensor", view.sensor.text()},       {"from", view.zone.rfc3339(view.from)},
        {"to", view.zone.rfc3339(view.to)},   {"bucket", name(view.bucket)},
        {"time_zone", view.zone.name()},      {"unit", name(view.unit)},
        {"calibrated", answer.calibrated},    {"peaks", peaks.value},
        {"volume", shown(volume, view.unit)},
    };
    if (view.before > 0) document["previous_volume"] = shown(previous, view.unit);
    if (view.split) {
        Json& categories = document["categories"] = Json::object();
        for (const auto& [category, taken] : splitter.total()) {
            categories[std::string(category)] = shown(taken, view.unit);
        }
    }
    return items.text_after(document);
}

std::string usage_csv(const ports::UsageAnswer& answer, const UsageView& view) {
    const std::string volume = column("volume", view.unit);
    std::vector<CsvCell> names{"start", "end", "peaks", volume};
    if (view.before > 0) names.emplace_back("previous_" + volume);
    std::vector<std::string_view> categories;
    if (view.split) {
        for (const ports::Category& each : ports::kUseCategories) categories.push_back(each.key);
        categories.push_back(ports::kUncategorised.key);
    }
    for (const std::string_view category : categories) names.emplace_back(std::string(category) + "_" + volume);
    Splitter splitter(answer);
    Csv csv(names);
    for (std::size_t i = view.before; i < answer.buckets.size(); ++i) {
        const ports::UsageBucket& bucket = answer.buckets[i];
        std::vector<CsvCell> cells{view.zone.rfc3339(bucket.start), view.zone.rfc3339(bucket.end), bucket.peaks.value,
                                   shown(bucket.volume, view.unit)};
        if (view.before > 0) cells.emplace_back(shown(answer.buckets[i - view.before].volume, view.unit));
        const Split split = view.split ? splitter.of(i) : Split{};
        for (const std::string_view category : categories) {
            const auto taken =
                std::find_if(split.begin(), split.end(), [&](const auto& each) { return each.first == category; });
            cells.emplace_back(taken == split.end() ? 0.0 : shown(taken->second, view.unit));
        }
        csv.row(cells);
    }
    return std::move(csv).text();
}

PeriodBefore period_before(base::WallTime from, base::WallTime to, base::CalendarUnit bucket,
                           const base::TimeZone& zone) {
    PeriodBefore period{0, zone.start_of(bucket, from)};
    for (base::WallTime start = period.from; start < to; start = zone.next_start(bucket, start)) ++period.buckets;
    for (std::size_t i = 0; i < period.buckets; ++i) {
        period.from = zone.start_of(bucket, period.from - base::Milliseconds{1});
    }
    return period;
}

void add_usage_route(Router& router, const Site& site) {
    router.add(Method::Get, "/api/v1/sensors/{uuid}/usage",
               [&site](const Request& request, const Responder& responder) { handle_usage(site, request, responder); });
}

}  // namespace millrace::api
