#include "hub/use_sorting.h"

#include <utility>

namespace millrace::hub {

using classify::Category;

UseSorting::UseSorting(ports::FrameStore& store, std::function<void(ports::Entry)> keep)
    : store_(store), keep_(std::move(keep)) {}

void UseSorting::restore(const base::DeviceId& sensor, const std::vector<ports::KeptUse>& uses,
                         const std::function<UseScale(const detect::Use&)>& scale_of) {
    classify::Classifier& classifier = sensors_[sensor].classifier;
    for (const ports::KeptUse& kept : uses) {
        const UseScale scale = scale_of(kept.use);
        classifier.restore(kept.use, scale.per_peak, scale.utc_offset, kept.verdict);
        const auto category = ports::category_of(kept);
        if (kept.label && category) {
            classifier.teach({detect::key_of(kept.use), classify::shape_of(kept.use, scale.per_peak, scale.utc_offset),
                              *category, kept.label->name});
        }
    }
}

void UseSorting::restore(const ports::CategoryTotalsRecord& record) {
    Sorted& sorted = sensors_[record.sensor];
    sorted.totals = record.totals;
    sorted.shown = record.totals;
}

void UseSorting::on_uses(const base::DeviceId& sensor, const std::vector<detect::Use>& uses,
                         const std::function<UseScale(const detect::Use&)>& scale_of) {
    Sorted& sorted = sensors_[sensor];
    const classify::CategoryTotals before = sorted.totals;
    for (const detect::Use& use : uses) tell(sensor, sorted, use, scale_of(use));
    if (sorted.totals != before) keep_totals(sensor);
}

void UseSorting::tell(const base::DeviceId& sensor, Sorted& sorted, const detect::Use& use, const UseScale& scale) {
    const auto judged = sorted.classifier.add(use, scale.per_peak, scale.utc_offset);
    if (judged.empty()) return;  // it was told before a restart
    sorted.last = judged.front().verdict.category;
    for (const classify::Judged& each : judged) {
        keep_(ports::UseVerdictRecord{sensor, each.use, each.verdict});
        if (sorted.classifier.is_labelled(each.use)) continue;
        const Category now = each.verdict.category;
        if (each.before) {
            sorted.totals.move(*each.before, now, each.use.volume);
        } else {
            sorted.totals.add(now, each.use.volume);
        }
    }
}

void UseSorting::on_rest(const base::DeviceId& sensor, base::Volume lifetime, base::WallTime now) {
    Sorted& sorted = sensors_[sensor];
    // A clock that was set back must not stop it.
    if (sorted.rest_noted && now >= *sorted.rest_noted && now - *sorted.rest_noted < kRestNotedEvery) return;
    sorted.rest_noted = now;
    sorted.totals.note_rest(lifetime);
    if (sorted.shown != sorted.totals) keep_totals(sensor);
}

std::vector<detect::UseKey> UseSorting::on_label(const base::DeviceId& sensor, const ports::KeptUse& before,
                                                 const ports::UseLabel& label, const UseScale& scale) {
    Sorted& sorted = sensors_[sensor];
    ports::KeptUse after = before;
    after.label = label;
    const auto from = ports::category_of(before);
    const auto to = ports::category_of(after);
    const detect::UseKey key = detect::key_of(before.use);
    std::vector<classify::Remembered> meant = sorted.classifier.other_fills(key);
    // Copied, because g++ 14 takes what is moved of a verdict that is not there for one.
    const classify::Remembered own{key, before.use.end,
                                   classify::shape_of(before.use, scale.per_peak, scale.utc_offset)};
    meant.push_back(own);
    const bool taken_back = label.category.empty() && label.name.empty();
    std::vector<detect::UseKey> others;
    for (const classify::Remembered& each : meant) {
        if (to && !taken_back) {
            sorted.classifier.teach({each.key, each.shape, *to, label.name});
        } else {
            sorted.classifier.forget(each.key);
        }
        if (from && to) sorted.totals.move(*from, *to, each.key.volume);
        if (!(each.key == key)) others.push_back(each.key);
    }
    if (from != to) keep_totals(sensor);
    return others;
}

void UseSorting::judge_again(const base::DeviceId& sensor, std::function<void(bool durable)> done) {
    for (const classify::Judged& each : sensors_[sensor].classifier.judge_again()) {
        keep_(ports::UseVerdictRecord{sensor, each.use, each.verdict});
    }
    // The store writes in order: when this is on disk, so are they.
    keep_totals(sensor, std::move(done));
}

classify::Verdict UseSorting::guess(const base::DeviceId& sensor, const detect::Use& use, const UseScale& scale) const {
    const auto found = sensors_.find(sensor);
    static const classify::Classifier kNothingKnown;
    const classify::Classifier& classifier = found == sensors_.end() ? kNothingKnown : found->second.classifier;
    return classifier.guess(use, scale.per_peak, scale.utc_offset);
}

std::optional<Category> UseSorting::last(const base::DeviceId& sensor) const {
    const auto found = sensors_.find(sensor);
    return found == sensors_.end() ? std::nullopt : found->second.last;
}

std::optional<classify::CategoryTotals> UseSorting::shown(const base::DeviceId& sensor) const {
    const auto found = sensors_.find(sensor);
    return found == sensors_.end() ? std::nullopt : found->second.shown;
}

// What fails to be written is written with the next use or rest.
void UseSorting::keep_totals(const base::DeviceId& sensor, std::function<void(bool durable)> done) {
    const classify::CategoryTotals totals = sensors_[sensor].totals;
    const bool queued = store_.commit(ports::CategoryTotalsRecord{sensor, totals},
                                      [this, sensor, totals, done, alive = std::weak_ptr(alive_)](bool durable) {
                                          if (durable && !alive.expired()) {
                                              sensors_[sensor].shown = totals;
                                              changed_ = true;
                                          }
                                          if (done) done(durable);
                                      });
    if (!queued && done) done(false);
}

}  // namespace millrace::hub
