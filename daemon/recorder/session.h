// One connection's talk with Home Assistant: log in, then passes over our history, each window of hours compared with
// what Home Assistant has and sent from its first difference on.
//
// Home Assistant itself remembers how far we came, so nothing is remembered here over a connection: whoever dies, the
// next pass finds what is missing, and a row that is sent twice is written over. Within a connection only windows that
// have changed since are compared again. One request is under way at a time. No socket: texts come in and go out.
// Loop thread only; answers of the history that come after its end are ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "ports/history.h"
#include "recorder/hours.h"
#include "recorder/protocol.h"
#include "recorder/settings.h"

namespace millrace::recorder {

struct Progress {
    std::uint64_t hours_sent = 0;
    std::uint64_t passes = 0;             // finished
    std::optional<base::WallTime> up_to;  // the end of the last hour that the newest finished pass looked at
};

// Why a session cannot go on. Only what a person has to mend is Refused: trying again soon would not help.
enum class Ending : std::uint8_t { Refused, Broken };

class Session {
public:
    struct Ways {
        std::function<void(std::string)> send;
        std::function<void(Ending, std::string)> end;  // called once; the session then does nothing more
    };

    // Hours of one question and one import: some 80 kilobytes, and a moment's work for Home Assistant.
    static constexpr std::int64_t kWindowHours = 1'000;
    // A sensor whose clock was wrong must not make us walk through centuries.
    static constexpr std::chrono::hours kLongestPast{20 * 366 * 24};

    Session(ports::History& history, const Settings& settings, Progress& progress, Ways ways);

    void on_text(std::string_view text);

    // Begins a pass over these sensors' hours that were over at `now`. Only when `idle`.
    void pass(std::vector<base::DeviceId> sensors, base::WallTime now);
    [[nodiscard]] bool idle() const { return ready_ && !over_ && !passing_; }
    [[nodiscard]] bool ready() const { return ready_ && !over_; }
    // Whether Home Assistant owes us an answer.
    [[nodiscard]] bool waits() const { return !over_ && (!ready_ || wanted_ != Wanted::Nothing); }

private:
    enum class Wanted : std::uint8_t { Nothing, Before, Window, Imported };
    using Windows = std::map<base::WallTime, std::uint64_t>;
    struct Known {
        base::WallTime first;
        double before = 0;  // what was counted before the first hour
        Windows confirmed;  // digest of each window that Home Assistant has
    };

    void on_result(const Message& message);
    void next_sensor();
    void on_first(base::WallTime first);
    void walk();
    void next_window();
    void on_window(const std::vector<ports::UsageBucket>& hours);
    void import(std::vector<HourSum> rows);
    void confirmed();
    void end(Ending ending, const std::string& why);
    void abandon_pass();
    [[nodiscard]] Known& known() { return known_[sensors_.at(at_)]; }
    [[nodiscard]] Statistic statistic() const;
    // Wraps what answers later, so that it does nothing once the session is gone or over.
    template <typename T>
    std::function<void(base::Result<T, base::Error>)> later(void (Session::*then)(const T&));
    void on_readings(const ports::ReadingPage& page);
    void on_usage(const ports::UsageAnswer& answer) { on_window(answer.buckets); }

    ports::History& history_;
    const Settings& settings_;
    Progress& progress_;
    Ways ways_;
    Dialect dialect_ = Dialect::WithUnitClass;
    bool other_dialect_tried_ = false;
    bool ready_ = false;
    bool over_ = false;
    bool passing_ = false;
    std::int64_t last_id_ = 0;
    Wanted wanted_ = Wanted::Nothing;
    std::map<base::DeviceId, Known> known_;

    // Of the pass under way.
    std::vector<base::DeviceId> sensors_;
    std::size_t at_ = 0;
    base::WallTime until_;
    base::WallTime window_;
    std::optional<RunningTotal> total_;
    std::vector<HourSum> rows_;     // of the window
    std::vector<HourSum> sending_;  // of them, what is being imported
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace millrace::recorder
