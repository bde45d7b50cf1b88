#include "notify/outbox.h"

#include <algorithm>
#include <utility>

namespace millrace::notify {

using ports::DeliveryRecord;
using ports::DeliveryState;

base::Seconds Outbox::wait_after(int failures) {
    base::Seconds wait = kFirstWait;
    for (int i = 1; i < failures && wait < kLongestWait; ++i) wait *= 2;
    return std::min(wait, kLongestWait);
}

std::vector<DeliveryRecord> Outbox::put(Notice notice, base::WallTime now) {
    std::vector<DeliveryRecord> changed;
    const auto remove = [&](auto item, DeliveryState state) {
        item->record.state = state;
        changed.push_back(std::move(item->record));
        return items_.erase(item);
    };
    for (auto item = items_.begin(); item != items_.end();) {
        const bool older = item->record.incident != 0 && item->record.incident == notice.incident_id;
        item = older && under_way_ != item->record.number ? remove(item, DeliveryState::Superseded) : std::next(item);
    }
    while (items_.size() >= kMaxWaiting) {
        auto victim = std::find_if(items_.begin(), items_.end(), [&](const Item& item) {
            return under_way_ != item.record.number && item.notice.severity() != detect::Severity::Critical;
        });
        if (victim == items_.end())
            victim = under_way_ == items_.front().record.number ? items_.begin() + 1 : items_.begin();
        victim->record.error = "too many notices wait for this channel";
        remove(victim, DeliveryState::GivenUp);
    }
    DeliveryRecord record;
    record.number = notice.number;
    record.channel = channel_;
    record.incident = notice.incident_id;
    record.kind = name(notice.kind);
    record.queued = now;
    record.next_try = now;
    record.title = notice.title;
    record.text = notice.text;
    changed.push_back(record);
    items_.push_back({std::move(record), std::move(notice)});
    // A channel that was away is asked again when there is something new to tell, and the oldest goes first.
    if (std::exchange(rests_until_, std::nullopt)) {
        for (Item& item : items_) item.record.next_try = std::min(item.record.next_try, now);
    }
    return changed;
}

void Outbox::restore(const DeliveryRecord& record, Notice notice) {
    const auto place = std::find_if(items_.begin(), items_.end(),
                                    [&](const Item& item) { return item.record.number > record.number; });
    items_.insert(place, {record, std::move(notice)});
}

std::optional<Notice> Outbox::take(base::WallTime now) {
    if (under_way_) return std::nullopt;
    if (rests_until_) {
        // Also when the clock was put back.
        if (now < *rests_until_ && *rests_until_ - now <= kLongestWait) return std::nullopt;
        rests_until_.reset();
    }
    for (Item& item : items_) {
        if (item.record.next_try > now && item.record.next_try - now <= kLongestWait) continue;
        under_way_ = item.record.number;
        return item.notice;
    }
    return std::nullopt;
}

std::optional<DeliveryRecord> Outbox::finish(const Outcome& outcome, base::WallTime now) {
    const auto number = std::exchange(under_way_, std::nullopt);
    const auto item = std::find_if(items_.begin(), items_.end(),
                                   [&](const Item& candidate) { return number == candidate.record.number; });
    if (item == items_.end()) return std::nullopt;
    DeliveryRecord& record = item->record;
    ++record.tries;
    record.error = outcome.error.substr(0, kMaxErrorBytes);
    unreachable_ = outcome.kind == Outcome::Kind::Unreachable ? unreachable_ + 1 : 0;
    if (outcome.kind == Outcome::Kind::Delivered) {
        record.state = DeliveryState::Delivered;
        record.delivered = now;
        record.error.clear();
        DeliveryRecord done = std::move(record);
        items_.erase(item);
        return done;
    }
    if (outcome.kind == Outcome::Kind::Unreachable) {
        rests_until_ = now + wait_after(unreachable_);
        record.next_try = *rests_until_;
    } else {
        record.next_try = now + wait_after(record.tries);
    }
    DeliveryRecord tried = record;
    // One whose successor came while it was under way has had its chance.
    const bool superseded = std::any_of(std::next(item), items_.end(), [&](const Item& later) {
        return record.incident != 0 && later.record.incident == record.incident;
    });
    if (superseded) {
        tried.state = DeliveryState::Superseded;
        items_.erase(item);
    }
    return tried;
}

std::vector<DeliveryRecord> Outbox::expire(base::WallTime now) {
    std::vector<DeliveryRecord> expired;
    for (auto item = items_.begin(); item != items_.end();) {
        if (under_way_ == item->record.number || now - item->record.queued < kGivenUpAfter) {
            ++item;
            continue;
        }
        item->record.state = DeliveryState::GivenUp;
        expired.push_back(std::move(item->record));
        item = items_.erase(item);
    }
    return expired;
}

}  // namespace millrace::notify
