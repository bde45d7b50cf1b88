#include "recorder/session.h"

#include <algorithm>
#include <utility>

namespace millrace::recorder {
namespace {

constexpr std::chrono::hours kWindow{Session::kWindowHours};

// Windows begin at the same hours whatever the first one is, so that they stay the same when older data come.
base::WallTime window_of(base::WallTime time) {
    const auto since = time.time_since_epoch();
    return base::WallTime{since - since % base::Milliseconds{kWindow}};
}

}  // namespace

Session::Session(ports::History& history, const Settings& settings, Progress& progress, Ways ways)
    : history_(history), settings_(settings), progress_(progress), ways_(std::move(ways)) {}

template <typename T>
std::function<void(base::Result<T, base::Error>)> Session::later(void (Session::*then)(const T&)) {
    return [this, then, alive = std::weak_ptr(alive_)](const base::Result<T, base::Error>& answer) {
        if (alive.expired() || over_ || !passing_) return;
        // A busy or failing store says so itself; the next pass tries again.
        if (!answer) return abandon_pass();
        (this->*then)(*answer);
    };
}

void Session::on_text(std::string_view text) {
    if (over_) return;
    const Message message = read_message(text, passing_ ? statistic().id : std::string());
    switch (message.kind) {
        case Message::Kind::AuthRequired:
            if (ready_) return end(Ending::Broken, "it asked for the token twice");
            return ways_.send(auth_message(settings_.token));
        case Message::Kind::AuthOk:
            dialect_ = dialect_of(message.version);
            ready_ = true;
            return;
        case Message::Kind::AuthInvalid:
            return end(Ending::Refused,
                       "it does not take the token: make a long-lived access token of an "
                       "administrator in Home Assistant, and put it into the token file");
        case Message::Kind::Result:
            if (wanted_ != Wanted::Nothing && message.id == last_id_) on_result(message);
            return;
        case Message::Kind::Other: return;
        case Message::Kind::Broken: return end(Ending::Broken, "what it says is not its WebSocket API");
    }
}

void Session::on_result(const Message& message) {
    const Wanted was = std::exchange(wanted_, Wanted::Nothing);
    if (!message.success) {
        if (was == Wanted::Imported && message.error_code == "invalid_format" && !other_dialect_tried_) {
            other_dialect_tried_ = true;
            dialect_ = dialect_ == Dialect::WithUnitClass ? Dialect::BeforeUnitClass : Dialect::WithUnitClass;
            return import(std::exchange(sending_, {}));
        }
        if (message.error_code == "unauthorized") {
            return end(Ending::Refused, "the token may not import statistics: its user must be an administrator");
        }
        return end(Ending::Refused,
                   "it refused a request about statistics: " + message.error_code + ": " + message.error);
    }
    switch (was) {
        case Wanted::Nothing: return;
        case Wanted::Before: {
            const auto own = std::find_if(message.sums.rbegin(), message.sums.rend(),
                                          [this](const HourSum& row) { return row.start < known().first; });
            known().before = own == message.sums.rend() ? 0 : own->sum;
            return walk();
        }
        case Wanted::Window: {
            auto missing = to_import(rows_, message.sums);
            return missing.empty() ? confirmed() : import(std::move(missing));
        }
        case Wanted::Imported:
            progress_.hours_sent += sending_.size();
            sending_.clear();
            return confirmed();
    }
}

void Session::pass(std::vector<base::DeviceId> sensors, base::WallTime now) {
    if (!idle()) return;
    passing_ = true;
    sensors_ = std::move(sensors);
    at_ = 0;
    until_ = hour_of(now);
    next_sensor();
}

void Session::next_sensor() {
    if (at_ == sensors_.size()) {
        passing_ = false;
        progress_.up_to = until_;
        ++progress_.passes;
        return;
    }
    history_.readings({sensors_[at_], until_ - kLongestPast, until_, 1, std::nullopt}, later(&Session::on_readings));
}

void Session::on_readings(const ports::ReadingPage& page) {
    if (page.readings.empty()) {
        ++at_;
        return next_sensor();
    }
    on_first(hour_of(page.readings.front().time));
}

void Session::on_first(base::WallTime first) {
    const auto found = known_.find(sensors_[at_]);
    if (found != known_.end() && found->second.first == first) return walk();
    known_[sensors_[at_]] = {first, 0, {}};
    // A database that was begun anew goes on where Home Assistant's rows of the last weeks ended: a sum that falls
    // back to zero would show as water that flowed backwards.
    wanted_ = Wanted::Before;
    ways_.send(sums_message(++last_id_, statistic().id, first - kWindow, first));
}

void Session::walk() {
    total_.emplace(settings_.unit, known().before);
    window_ = known().first;
    next_window();
}

void Session::next_window() {
    if (window_ >= until_) {
        ++at_;
        return next_sensor();
    }
    const base::WallTime end = std::min(window_of(window_) + kWindow, until_);
    history_.usage({sensors_[at_], window_, end, base::CalendarUnit::Hour, base::TimeZone{}},
                   later(&Session::on_usage));
}

void Session::on_window(const std::vector<ports::UsageBucket>& hours) {
    rows_ = total_->add(hours);
    if (rows_.empty()) return abandon_pass();
    const auto had = known().confirmed.find(window_);
    if (had != known().confirmed.end() && had->second == digest(rows_)) return confirmed();
    wanted_ = Wanted::Window;
    ways_.send(
        sums_message(++last_id_, statistic().id, rows_.front().start, rows_.back().start + std::chrono::hours{1}));
}

void Session::import(std::vector<HourSum> rows) {
    sending_ = std::move(rows);
    wanted_ = Wanted::Imported;
    ways_.send(import_message(++last_id_, statistic(), sending_, dialect_));
}

void Session::confirmed() {
    known().confirmed[window_] = digest(rows_);
    window_ = rows_.back().start + std::chrono::hours{1};
    next_window();
}

void Session::abandon_pass() {
    passing_ = false;
}

void Session::end(Ending ending, const std::string& why) {
    over_ = true;
    wanted_ = Wanted::Nothing;
    ways_.end(ending, why);
}

Statistic Session::statistic() const {
    const base::DeviceId& sensor = sensors_.at(std::min(at_, sensors_.size() - 1));
    return {statistic_id(sensor), "Millrace water " + sensor.str(), settings_.unit};
}

}  // namespace millrace::recorder
