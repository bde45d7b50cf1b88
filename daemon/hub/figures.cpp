#include "hub/figures.h"

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::hub {
namespace {

using ports::Metric;
using ports::MetricType;

constexpr std::array<const char*, kUnderstandings> kUnderstandingNames{"decoded", "not_opened", "not_decoded",
                                                                       "unknown", "not_believed"};
constexpr std::array<const char*, message::kDecodeFaults> kFaultNames{"not_json", "wrong_shape", "insane_value",
                                                                      "too_large"};

// A batch holds some 20 s of water, and a bridge keeps what it could not send for hours.
std::vector<double> lag_bounds() {
    return {1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3'600};
}

Metric counter(const char* name, const char* help, const char* label, std::string value, std::uint64_t count) {
    return {name, help, MetricType::Counter, {{label, std::move(value)}}, static_cast<double>(count)};
}

}  // namespace

void Figures::note(const Outcome& outcome) {
    ++understood_[static_cast<std::size_t>(outcome.understanding)];
    ++kinds_[static_cast<std::size_t>(outcome.topic.kind)];
    if (outcome.error) ++faults_[static_cast<std::size_t>(outcome.error->fault)];
    for (const meter::Reading& reading : outcome.readings) note_lag(*outcome.topic.device, reading);
}

void Figures::note_lag(const base::DeviceId& sensor, const meter::Reading& reading) {
    // A repeat is late through no fault of its reading, and without a stamp nothing can be said.
    if (reading.time_is_receipt || reading.kind == meter::ReadingKind::Repeat) return;
    const double lag = static_cast<double>((reading.received - reading.time).count()) / 1e3;
    // A clock that is a little ahead makes no reading come before its time.
    lags_.try_emplace(sensor, lag_bounds()).first->second.add(std::max(0.0, lag));
}

void Figures::metrics(std::vector<Metric>& metrics) const {
    for (std::size_t i = 0; i < understood_.size(); ++i) {
        metrics.push_back(counter("millrace_frames_total", "Frames received, by how far they could be understood",
                                  "understanding", kUnderstandingNames[i], understood_[i]));
    }
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
        metrics.push_back(counter("millrace_messages_total",
                                  "Frames received, by the kind of message their topic names", "kind",
                                  std::string(message::name(static_cast<message::Kind>(i))), kinds_[i]));
    }
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        metrics.push_back(counter("millrace_decode_errors_total",
                                  "Frames that are not the message their topic names, by what is wrong with them",
                                  "reason", kFaultNames[i], faults_[i]));
    }
    for (const auto& [sensor, lag] : lags_) {
        metrics.push_back({"millrace_reading_lag_seconds",
                           "Time from a reading's own stamp to its arrival",
                           MetricType::Histogram,
                           {{"sensor", sensor.str()}},
                           0,
                           lag});
    }
}

}  // namespace millrace::hub
