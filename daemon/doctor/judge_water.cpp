// The bridge, its key, its sensor and the calibration.
#include <algorithm>
#include <optional>
#include <string>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

// A healthy sensor reports every ten minutes, whether water runs or not.
constexpr base::Seconds kLongSilence{3'600};
constexpr base::Milliseconds kFromTheFuture{120'000};

Check bridge(const Known& known) {
    const auto& bridges = known.house->live.bridges;
    if (bridges.empty() && !known.house->adopted.empty()) {
        return {"bridge",
                CheckState::Note,
                "No bridge has been heard of; this house has devices that are heard by Bluetooth.",
                "If there is a Flume bridge, lead it here (see dns), then restart it.",
                {}};
    }
    if (bridges.empty()) {
        return {"bridge",
                CheckState::Warning,
                "No bridge has been heard of yet.",
                "Lead it here (see dns), then restart it: pull its plug, wait ten seconds, put it back.",
                {}};
    }
    Check check{"bridge", CheckState::Ok, "", "", {}};
    std::vector<std::string> away;
    std::vector<std::string> here;
    for (const ports::LiveBridge& one : bridges) {
        (one.connected || known.watched ? here : away).emplace_back(one.id.text());
        const std::string when =
            one.last_seen ? span(std::max(known.now - *one.last_seen, base::Milliseconds{0})) + " ago" : "never";
        check.facts.emplace_back(one.id.text(),
                                 (one.connected ? "connected, last heard " : "not connected, last heard ") + when);
    }
    if (away.empty()) {
        check.summary = here.size() == 1 ? "The bridge " + here.front() + " is connected."
                                         : "All " + std::to_string(here.size()) + " bridges are connected.";
        return check;
    }
    check.state = CheckState::Warning;
    check.summary = "Not connected: bridge " + list_of(away) + ".";
    check.remedy =
        "Is it plugged in and on the Wi-Fi? If dns is in order, restart it: pull its plug, wait ten seconds, "
        "put it back.";
    return check;
}

std::optional<Check> key(const Known& known) {
    std::vector<std::string> sealed;
    bool opened = false;
    for (const ports::LiveBridge& one : known.house->live.bridges) {
        if (one.frames_unopened > 0 && one.frames_opened == 0) sealed.emplace_back(one.id.text());
        opened = opened || one.frames_opened > 0;
    }
    for (const ports::LiveSensor& one : known.house->live.sensors) {
        if (!one.readings_known && one.bridge &&
            std::find(sealed.begin(), sealed.end(), one.bridge->text()) == sealed.end()) {
            sealed.emplace_back(one.bridge->text());
        }
    }
    if (!sealed.empty()) {
        return Check{"key",
                     CheckState::Problem,
                     "No key opens the messages of bridge " + list_of(sealed) + ".",
                     "Hand its key over with `millrace key add`, or on the page; it opens the past too. Until then "
                     "only estimates are made, and mode relay should be used, because nobody can answer a sealing "
                     "bridge without its key.",
                     {}};
    }
    if (!opened) return std::nullopt;  // nothing has come that would tell
    return Check{"key", CheckState::Ok, "The messages can be read.", "", {}};
}

std::optional<Check> sensor(const Known& known) {
    // Meters that are heard by Bluetooth are judged with the other devices of their kind.
    std::vector<ports::LiveSensor> sensors = known.house->live.sensors;
    std::erase_if(sensors, [](const ports::LiveSensor& one) { return one.says.has_value(); });
    if (sensors.empty()) {
        if (known.house->live.bridges.empty()) return std::nullopt;
        return Check{
            "sensor",
            CheckState::Warning,
            "No sensor has been heard of yet.",
            "Open a tap for a moment: the sensor reports when water runs. If nothing comes, look at its batteries "
            "and bring the bridge nearer.",
            {}};
    }
    Check check{"sensor", CheckState::Ok, "", "", {}};
    const auto worse = [&check](CheckState state, std::string summary, std::string remedy) {
        if (check.state == CheckState::Problem) return;
        check.state = state;
        check.summary = std::move(summary);
        check.remedy = std::move(remedy);
    };
    std::optional<base::WallTime> newest;
    for (const ports::LiveSensor& one : sensors) {
        newest = std::max(newest, one.last_reading);
        const auto seen = one.last_seen ? one.last_seen : one.last_reading;
        if (one.last_reading)
            check.facts.emplace_back(one.id.text(), "last reading " + base::to_rfc3339(*one.last_reading));
        if (one.last_reading && *one.last_reading - known.now > kFromTheFuture) {
            worse(CheckState::Problem,
                  "The newest reading of sensor " + std::string(one.id.text()) + " is " +
                      span(*one.last_reading - known.now) + " ahead of this machine's clock.",
                  "One of the two clocks is wrong; see clock and ntp.");
        } else if (seen && known.now - *seen > kLongSilence) {
            worse(CheckState::Warning,
                  "Sensor " + std::string(one.id.text()) + " has been silent for " + span(known.now - *seen) + ".",
                  "Is the bridge connected? If so, open a tap for a moment; look at the sensor's batteries, and bring "
                  "the "
                  "bridge nearer.");
        }
    }
    if (!check.summary.empty()) return check;
    if (!newest) return std::nullopt;  // sealed, which is the key's matter
    check.summary = "The newest reading is " + span(std::max(known.now - *newest, base::Milliseconds{0})) + " old.";
    return check;
}

std::optional<Check> calibration(const Known& known) {
    std::vector<std::string> open;
    bool measured = false;
    for (const ports::LiveSensor& one : known.house->live.sensors) {
        measured = measured || one.last_reading;
        if (one.last_reading && !one.calibrated) open.emplace_back(one.id.text());
    }
    if (!measured) return std::nullopt;
    if (open.empty())
        return Check{"calibration", CheckState::Ok, "What a turn of the meter is worth is known.", "", {}};
    return Check{"calibration",
                 CheckState::Warning,
                 "Sensor " + list_of(open) + " is not calibrated: volumes are those of another house's meter.",
                 "Draw a bucket: `millrace calibrate draw --volume 10 --unit l`, or on the page.",
                 {}};
}

}  // namespace

void judge_water(const Known& known, Findings& findings) {
    if (!known.house) {
        if (!known.keys) return;
        findings.push_back({"key",
                            CheckState::Note,
                            !*known.keys ? "There is no key, which older bridges do not need."
                                         : "There is a key; whether it opens the bridge's messages, a daemon shows.",
                            "",
                            {}});
        return;
    }
    findings.push_back(bridge(known));
    for (auto check : {key(known), sensor(known), calibration(known)}) {
        if (check) findings.push_back(std::move(*check));
    }
}

}  // namespace millrace::doctor
