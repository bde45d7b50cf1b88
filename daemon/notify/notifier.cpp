#include "notify/notifier.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <utility>

#include "notify/line.h"
#include "notify/ping.h"
#include "notify/policy.h"
#include "notify/render.h"

namespace millrace::notify {
namespace {

using ports::DeliveryRecord;

constexpr const char* kChoice = "notifications";
constexpr const char* kOn = "on";
constexpr const char* kOff = "off";

// Inside Home Assistant's Supervisor its token is in the environment. Read before any thread is started.
std::vector<Channel> with_supervisor_token(std::vector<Channel> channels) {
    const char* token = std::getenv("SUPERVISOR_TOKEN");  // NOLINT(concurrency-mt-unsafe)
    for (Channel& channel : channels) {
        const bool by_supervisor =
            channel.type == ChannelType::HomeAssistant || channel.type == ChannelType::PersistentNotification;
        if (by_supervisor && channel.url.empty() && channel.secret.empty() && token != nullptr) {
            channel.secret = Secret(token);
        }
    }
    return channels;
}

}  // namespace

class Notifier::Desk {
public:
    Desk(boost::asio::io_context& loop, Settings settings, Surroundings surroundings)
        : loop_(loop),
          settings_(std::move(settings)),
          around_(std::move(surroundings)),
          site_{around_.clock,
                {settings_.public_url, around_.answer_codes},
                settings_.zone,
                [this](DeliveryRecord record) { keep(std::move(record)); }},
          policy_(settings_.channels),
          ping_(settings_.ping_url, settings_.ping_interval, around_.clock, poster()),
          timer_(loop) {
        for (Channel& channel : with_supervisor_token(settings_.channels)) {
            lines_.push_back(std::make_unique<Line>(std::move(channel), site_, poster()));
        }
    }

    void restore(const ports::StoredState& stored);
    void start() {
        for (DeliveryRecord& record : std::exchange(orphans_, {})) keep(std::move(record));
        started_ = true;
        tick();
    }
    void stop();
    void on_alarm(const detect::AlarmEvent& event);
    void test(const std::string& channel, Done done);
    void set_enabled(bool enabled, Done done);
    void set_site(base::VolumeUnit unit, const base::TimeZone& zone) {
        settings_.unit = unit;
        settings_.zone = site_.zone = zone;
    }

    [[nodiscard]] const std::vector<std::unique_ptr<Line>>& lines() const { return lines_; }
    [[nodiscard]] bool enabled() const { return enabled_; }
    [[nodiscard]] const Ping& ping() const { return ping_; }
    [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }

private:
    static constexpr base::Milliseconds kTick{1'000};
    static constexpr base::Milliseconds kStopWait{2'000};

    [[nodiscard]] Worker::Post poster() {
        return [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); };
    }
    [[nodiscard]] std::string link() const {
        std::string link = settings_.public_url;
        if (!link.empty() && !link.ends_with('/')) link += '/';
        return link;
    }
    void keep(DeliveryRecord record) {
        if (!around_.store.commit(std::move(record), [](bool) {})) ++not_kept_;
    }
    [[nodiscard]] Notice rendered(const Channel& channel, Notice notice) const;
    void tick();
    void flush();

    boost::asio::io_context& loop_;
    Settings settings_;
    const Surroundings around_;
    LineSite site_;
    Policy policy_;
    Ping ping_;
    std::vector<std::unique_ptr<Line>> lines_;  // as in the settings
    std::vector<DeliveryRecord> orphans_;       // wait for channels that are gone
    std::int64_t last_number_ = 0;
    bool enabled_ = true;
    bool started_ = false;
    bool stopping_ = false;
    bool flush_waits_ = false;
    std::uint64_t not_kept_ = 0;
    boost::asio::steady_timer timer_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // handlers check it: they may outlive us
};

void Notifier::Desk::restore(const ports::StoredState& stored) {
    last_number_ = stored.last_delivery;
    for (const ports::ChoiceRecord& choice : stored.choices) {
        if (choice.name == kChoice) enabled_ = choice.value != kOff;
    }
    policy_.restore(stored.incidents, stored.deliveries, around_.clock.wall_now());
    for (const DeliveryRecord& record : stored.deliveries) {
        last_number_ = std::max(last_number_, record.number);
        const auto line = std::find_if(lines_.begin(), lines_.end(),
                                       [&](const auto& l) { return l->channel().name == record.channel; });
        if (line == lines_.end()) {
            if (record.state != ports::DeliveryState::Waiting) continue;
            orphans_.push_back(record);
            orphans_.back().state = ports::DeliveryState::GivenUp;
            orphans_.back().error = "the channel is no longer configured";
            continue;
        }
        Notice notice;
        notice.number = record.number;
        notice.kind = notice_kind_by_name(record.kind).value_or(NoticeKind::Raised);
        notice.at = record.queued;
        notice.incident_id = record.incident;
        notice.title = record.title;
        notice.text = record.text;
        notice.link = link();
        for (const detect::Incident& incident : stored.incidents) {
            if (incident.id == record.incident) notice.incident = incident;
        }
        (*line)->restore(record, std::move(notice));
    }
}

void Notifier::Desk::stop() {
    if (std::exchange(stopping_, true)) return;
    timer_.cancel();
    ping_.ask_to_stop();
    for (const auto& line : lines_) line->ask_to_stop();
    const base::SteadyTime until = around_.clock.steady_now() + kStopWait;
    const auto left = [&] {
        const auto rest = std::chrono::duration_cast<base::Milliseconds>(until - around_.clock.steady_now());
        return std::clamp(rest, base::Milliseconds{0}, kStopWait);
    };
    ping_.stop(left());
    for (const auto& line : lines_) line->stop(left());
}

// A frame may bring several changes; what they come to is told once, right after it.
void Notifier::Desk::on_alarm(const detect::AlarmEvent& event) {
    policy_.on_event(event);
    if (!started_ || stopping_ || std::exchange(flush_waits_, true)) return;
    boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        flush_waits_ = false;
        if (!stopping_) flush();
    });
}

Notice Notifier::Desk::rendered(const Channel& channel, Notice notice) const {
    const std::string cloud = around_.cloud ? around_.cloud() : std::string();
    render(channel, {settings_.zone, settings_.unit, cloud.empty() ? "not known" : cloud, link()}, notice);
    return notice;
}

void Notifier::Desk::flush() {
    const base::WallTime now = around_.clock.wall_now();
    const std::int64_t local_s = base::unix_s(now) + settings_.zone.utc_offset(now).count();
    const auto minute = static_cast<int>((local_s % 86'400 + 86'400) % 86'400 / 60);
    std::vector<Due> due = policy_.due(now, minute);
    const auto present = due.empty() || !around_.incidents ? std::vector<detect::Incident>{} : around_.incidents();
    for (Due& entry : due) {
        for (const detect::Incident& incident : present) {
            if (incident.id == entry.incident.id && entry.incident.open()) entry.incident = incident;
        }
        Line& line = *lines_[entry.channel];
        Notice notice;
        notice.number = ++last_number_;
        notice.kind = entry.kind;
        notice.at = now;
        notice.incident_id = entry.incident.id;
        notice.incident = std::move(entry.incident);
        line.put(rendered(line.channel(), std::move(notice)));
    }
    for (const auto& line : lines_) line->pump(enabled_);
}

void Notifier::Desk::tick() {
    if (stopping_) return;
    flush();
    for (const auto& line : lines_) line->tick(enabled_);
    ping_.tick(!around_.healthy || around_.healthy());
    timer_.expires_after(kTick);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (!error && !alive.expired()) tick();
    });
}

void Notifier::Desk::test(const std::string& channel, Done done) {
    const auto line =
        std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l->channel().name == channel; });
    if (line == lines_.end()) return done(base::failure(base::Error{"there is no channel " + channel}));
    if (stopping_) return done(base::failure(base::Error{"the daemon stops"}));
    Notice notice;
    notice.number = ++last_number_;
    notice.kind = NoticeKind::Test;
    notice.at = around_.clock.wall_now();
    (*line)->test(rendered((*line)->channel(), std::move(notice)), std::move(done));
}

void Notifier::Desk::set_enabled(bool enabled, Done done) {
    enabled_ = enabled;
    for (const auto& line : lines_) line->pump(enabled_);
    const auto kept = [done](bool durable) {
        if (!done) return;
        if (durable) return done({});
        done(base::failure(base::Error{"the choice holds until the next start: the store could not keep it"}));
    };
    if (!around_.store.commit(ports::ChoiceRecord{kChoice, enabled ? kOn : kOff, kOn}, kept)) kept(false);
}

Notifier::Notifier(boost::asio::io_context& loop, Settings settings, Surroundings surroundings)
    : desk_(std::make_unique<Desk>(loop, std::move(settings), std::move(surroundings))) {}

Notifier::~Notifier() {
    desk_->stop();
}

void Notifier::restore(const ports::StoredState& stored) {
    desk_->restore(stored);
}

void Notifier::start() {
    desk_->start();
}

void Notifier::stop() {
    desk_->stop();
}

void Notifier::set_site(base::VolumeUnit unit, const base::TimeZone& zone) {
    desk_->set_site(unit, zone);
}

void Notifier::on_alarm(const detect::AlarmEvent& event) {
    desk_->on_alarm(event);
}

std::vector<ports::ChannelState> Notifier::channels() const {
    std::vector<ports::ChannelState> states;
    for (const auto& line : desk_->lines()) states.push_back(line->state());
    return states;
}

void Notifier::test(const std::string& channel, Done done) {
    desk_->test(channel, std::move(done));
}

void Notifier::set_enabled(bool enabled, Done done) {
    desk_->set_enabled(enabled, std::move(done));
}

bool Notifier::enabled() const {
    return desk_->enabled();
}

void Notifier::health(std::vector<ports::HealthItem>& items) const {
    for (const auto& line : desk_->lines()) line->health(items);
    desk_->ping().health(items);
    if (!desk_->enabled()) items.push_back({"notifications", true, "switched off: nothing is sent but tests"});
}

void Notifier::metrics(std::vector<ports::Metric>& metrics) const {
    for (const auto& line : desk_->lines()) line->metrics(metrics);
    desk_->ping().metrics(metrics);
    metrics.push_back({"millrace_notification_records_lost_total",
                       "Delivery records that the store's full queue did not take; the notices went out.",
                       ports::MetricType::Counter,
                       {},
                       static_cast<double>(desk_->not_kept())});
}

}  // namespace millrace::notify
