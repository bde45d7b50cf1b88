#include "notify/line.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "notify/log.h"
#include "notify/sender.h"

namespace millrace::notify {

using ports::DeliveryRecord;
using ports::DeliveryState;

Line::Line(Channel channel, const LineSite& site, Worker::Post post)
    : channel_(std::make_shared<const Channel>(std::move(channel))),
      site_(site),
      outbox_(channel_->name),
      worker_(std::move(post)) {}

void Line::restore(const DeliveryRecord& record, Notice notice) {
    if (record.state == DeliveryState::Waiting && record.incident != 0) outbox_.restore(record, std::move(notice));
    if (!record.delivered) return;
    if (!last_success_ || *last_success_ < *record.delivered) last_success_ = record.delivered;
    if (record.incident == 0 && (!last_test_ || *last_test_ < *record.delivered)) last_test_ = record.delivered;
}

void Line::put(Notice notice) {
    keep_all(outbox_.put(std::move(notice), site_.clock.wall_now()));
}

void Line::test(Notice notice, ports::Channels::Done done) {
    if (test_) return done(base::failure(base::Error{"a test of this channel is under way"}));
    test_.emplace(Test{std::move(notice), std::move(done), false});
    pump(enabled_);
}

bool Line::send(const Notice& notice, Worker::Done done) {
    auto job = [channel = channel_, notice, answers = site_.answers, zone = site_.zone, &clock = site_.clock](
                   Cancel& cancel) { return send_notice(*channel, notice, answers, zone, clock, cancel); };
    return worker_.run(std::move(job), std::move(done), site_.clock.steady_now());
}

void Line::pump(bool enabled) {
    enabled_ = enabled;
    if (worker_.busy()) return;
    const auto guarded = [this](auto then) {
        return [this, alive = std::weak_ptr(alive_), then](const Outcome& outcome) {
            if (alive.expired()) return;
            note(outcome);
            then(outcome);
            pump(enabled_);
        };
    };
    if (test_ && !test_->under_way) {
        test_->under_way = send(test_->notice, guarded([this](const Outcome& outcome) { finish_test(outcome); }));
        return;
    }
    if (!enabled) return;
    const auto notice = outbox_.take(site_.clock.wall_now());
    if (!notice) return;
    const auto finish = [this](const Outcome& outcome) {
        if (auto record = outbox_.finish(outcome, site_.clock.wall_now())) keep_all({std::move(*record)});
    };
    if (!send(*notice, guarded(finish))) finish({Outcome::Kind::Unreachable, "no thread is left to send with"});
}

void Line::tick(bool enabled) {
    worker_.watch(site_.clock.steady_now(), kTryLimit);
    keep_all(outbox_.expire(site_.clock.wall_now()));
    pump(enabled);
}

void Line::keep_all(std::vector<DeliveryRecord> records) {
    for (DeliveryRecord& record : records) {
        figures_.given_up += record.state == DeliveryState::GivenUp ? 1 : 0;
        figures_.superseded += record.state == DeliveryState::Superseded ? 1 : 0;
        if (record.state == DeliveryState::GivenUp) {
            logger()->warn("channel {}: notice {} was given up: {}", channel_->name, record.number, record.error);
        }
        site_.keep(std::move(record));
    }
}

void Line::note(const Outcome& outcome) {
    const base::SteadyTime now = site_.clock.steady_now();
    const bool delivered = outcome.kind == Outcome::Kind::Delivered;
    failures_ = delivered ? 0 : failures_ + 1;
    error_ = outcome.error;
    ++(delivered ? figures_.delivered : figures_.failed);
    if (delivered) last_success_ = site_.clock.wall_now();
    if (delivered != logged_failure_) return;
    if (logged_ && now - *logged_ < kLogAgain && !delivered) return;
    logged_failure_ = !delivered;
    logged_ = now;
    if (delivered) {
        logger()->info("channel {}: it works again", channel_->name);
    } else {
        logger()->warn("channel {}: {}", channel_->name, outcome.error);
    }
}

void Line::finish_test(const Outcome& outcome) {
    Test test = std::move(*test_);
    test_.reset();
    DeliveryRecord record;
    record.number = test.notice.number;
    record.channel = channel_->name;
    record.kind = name(NoticeKind::Test);
    record.queued = record.next_try = test.notice.at;
    record.tries = 1;
    record.title = test.notice.title;
    record.text = test.notice.text;
    if (outcome.kind == Outcome::Kind::Delivered) {
        record.state = DeliveryState::Delivered;
        record.delivered = last_test_ = site_.clock.wall_now();
        site_.keep(std::move(record));
        return test.done({});
    }
    record.state = DeliveryState::GivenUp;
    record.error = outcome.error.substr(0, Outbox::kMaxErrorBytes);
    site_.keep(std::move(record));
    test.done(base::failure(base::Error{outcome.error}));
}

ports::ChannelState Line::state() const {
    return {channel_->name,
            std::string(name(channel_->type)),
            std::string(detect::name(channel_->least)),
            failures_ == 0,
            error_,
            outbox_.size(),
            last_success_,
            last_test_};
}

void Line::health(std::vector<ports::HealthItem>& items) const {
    if (failures_ >= kIllAfter) {
        items.push_back(
            {"channel " + channel_->name, false,
             error_ + "; " + std::to_string(outbox_.size()) + " notices wait. Test the channel when mended."});
    } else if (!last_success_) {
        items.push_back({"channel " + channel_->name, true, "has not delivered anything yet; test it"});
    } else {
        items.push_back({"channel " + channel_->name, true, "last delivered " + site_.zone.rfc3339(*last_success_)});
    }
}

void Line::metrics(std::vector<ports::Metric>& metrics) const {
    const auto count = [&](const char* result, std::uint64_t value) {
        metrics.push_back({"millrace_notifications_total",
                           "Notices by channel and what became of them; failed counts tries.",
                           ports::MetricType::Counter,
                           {{"channel", channel_->name}, {"result", result}},
                           static_cast<double>(value)});
    };
    count("delivered", figures_.delivered);
    count("failed", figures_.failed);
    count("given_up", figures_.given_up);
    count("superseded", figures_.superseded);
    metrics.push_back({"millrace_notifications_waiting",
                       "Notices that wait for a channel.",
                       ports::MetricType::Gauge,
                       {{"channel", channel_->name}},
                       static_cast<double>(outbox_.size())});
    metrics.push_back({"millrace_notification_last_success_timestamp_seconds",
                       "When a channel last took a notice; 0: never.",
                       ports::MetricType::Gauge,
                       {{"channel", channel_->name}},
                       last_success_ ? static_cast<double>(base::unix_s(*last_success_)) : 0.0});
}

}  // namespace millrace::notify
