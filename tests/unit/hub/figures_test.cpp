#include "hub/figures.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

constexpr std::string_view kSensorText = "61DA80B500000001";

Outcome outcome_of(Understanding understanding) {
    Outcome outcome;
    outcome.understanding = understanding;
    outcome.topic.device = *base::DeviceId::parse(kSensorText);
    return outcome;
}

meter::Reading reading(std::int64_t stamp_s, std::int64_t received_s) {
    meter::Reading reading;
    reading.time = base::from_unix_s(stamp_s);
    reading.received = base::from_unix_s(received_s);
    return reading;
}

std::vector<ports::Metric> of(const Figures& figures, std::string_view name) {
    std::vector<ports::Metric> all;
    figures.metrics(all);
    std::erase_if(all, [name](const ports::Metric& metric) { return metric.name != name; });
    return all;
}

double value_of(const Figures& figures, std::string_view name, std::string_view label) {
    for (const ports::Metric& metric : of(figures, name)) {
        if (metric.labels.at(0).second == label) return metric.value;
    }
    return -1;
}

TEST(Figures, CountWhatIsWrongWithAMessageByReason) {
    Figures figures;
    Outcome outcome = outcome_of(Understanding::NotDecoded);
    outcome.error = message::DecodeError{message::DecodeFault::InsaneValue, "sample 3: expected a time"};
    figures.note(outcome);
    EXPECT_EQ(value_of(figures, "millrace_decode_errors_total", "insane_value"), 1);
    EXPECT_EQ(value_of(figures, "millrace_decode_errors_total", "not_json"), 0);
    EXPECT_EQ(value_of(figures, "millrace_frames_total", "not_decoded"), 1);
}

TEST(Figures, SayHowLateASensorsReadingsCome) {
    Figures figures;
    Outcome outcome = outcome_of(Understanding::Decoded);
    outcome.readings = {reading(1'000, 1'018), reading(1'019, 1'018), reading(1'000, 9'000)};
    figures.note(outcome);
    const auto lags = of(figures, "millrace_reading_lag_seconds");
    ASSERT_EQ(lags.size(), 1U);
    EXPECT_EQ(lags[0].labels[0].second, kSensorText);
    EXPECT_EQ(lags[0].histogram->sum(), 8'018);  // a stamp from the future counts as none
    EXPECT_EQ(lags[0].histogram->counts().front(), 1U);
    EXPECT_EQ(lags[0].histogram->counts().back(), 1U);
}

TEST(Figures, SayNothingOfALagThatIsNotKnown) {
    Figures figures;
    Outcome outcome = outcome_of(Understanding::Decoded);
    outcome.readings = {reading(1'000, 1'018), reading(1'000, 2'000)};
    outcome.readings[0].time_is_receipt = true;
    outcome.readings[1].kind = meter::ReadingKind::Repeat;
    figures.note(outcome);
    EXPECT_TRUE(of(figures, "millrace_reading_lag_seconds").empty());
}

}  // namespace
}  // namespace millrace::hub
