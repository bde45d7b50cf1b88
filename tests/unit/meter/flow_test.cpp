#include "meter/flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace millrace::meter {
namespace {

using base::from_unix_ms;
using base::from_unix_s;
using base::Milliseconds;
using base::Seconds;
using base::WallTime;

constexpr std::int64_t kWaterStart = 1'709'625'500;
constexpr double kGallonsPerMinute = 63'090.2;  // microlitres per second

// Water that ran: from, to (seconds after kWaterStart) and microlitres per second.
struct Use {
    double from;
    double to;
    double rate;
};

struct Sent {
    WallTime at;
    message::Samples samples;
};

// The sensor as the protocol describes it: one entry a peak at low flow, one a 5 s grid step at higher flow, told in
// batches; a first entry after a rest is told at once.
class House {
public:
    House(std::int64_t per_peak, std::vector<Use> uses, int grid_phase = 0)
        : per_peak_(per_peak), calibration_({{from_unix_s(0), base::VolumePerPeak{per_peak}}}) {
        std::map<std::int64_t, std::uint32_t> totals;  // by entry time
        double carried = 0.5;                          // of a peak
        std::uint32_t total = 0;
        for (const Use& use : uses) {
            const double per_second = use.rate / static_cast<double>(per_peak);
            double next = use.from + (1 - carried) / per_second;
            for (; next < use.to; next += 1 / per_second) {
                const auto step = static_cast<std::int64_t>(std::ceil((next - grid_phase) / 5)) * 5 + grid_phase;
                totals[per_second < 0.2 ? static_cast<std::int64_t>(std::ceil(next)) : step] = ++total;
            }
            carried = 1 - (next - use.to) * per_second;
        }
        for (const auto& [time, value] : totals) entries_.push_back({kWaterStart + time, value});
        set_base(meter_, 0, from_unix_s(kWaterStart - 100));
    }

    // Messages leave every `every` seconds while there is something to tell.
    [[nodiscard]] std::vector<Sent> batches(int every = 20) const {
        std::vector<Sent> sent;
        for (std::size_t i = 0; i < entries_.size();) {
            const std::int64_t first = entries_[i].timestamp_s;
            const bool opens = sent.empty() || from_unix_s(first) - sent.back().at > Seconds{60};
            const std::int64_t at = opens ? first : std::max(first, base::unix_s(sent.back().at) + every);
            Sent message{from_unix_s(at), {}};
            for (; i < entries_.size() && entries_[i].timestamp_s <= at; ++i) {
                message.samples.samples.push_back(entries_[i]);
            }
            sent.push_back(std::move(message));
        }
        return sent;
    }

    // Walks through time second by second, and calls `look` with each second's answer; also just after each message.
    template <typename Look>
    void walk(const std::vector<Sent>& sent, std::int64_t until, Look look) {
        std::size_t next = 0;
        for (std::int64_t second = -20; second < until; ++second) {
            const WallTime now = from_unix_s(kWaterStart + second);
            for (; next < sent.size() && sent[next].at <= now; ++next) {
                (void)apply(meter_, sent[next].samples, sent[next].at, calibration_);
            }
            look(static_cast<double>(second), flow_at(meter_, calibration_, now));
        }
    }

    [[nodiscard]] std::vector<message::Sample> entries() const { return entries_; }
    SensorMeter& meter() { return meter_; }
    [[nodiscard]] const CalibrationTable& calibration() const { return calibration_; }

private:
    std::int64_t per_peak_;
    CalibrationTable calibration_;
    std::vector<message::Sample> entries_;
    SensorMeter meter_;
};

Flow flow_after(std::vector<message::Sample> samples, std::int64_t now, std::uint32_t base = 0) {
    SensorMeter meter;
    const CalibrationTable table({{from_unix_s(0), base::VolumePerPeak{1000}}});
    set_base(meter, base, from_unix_s(kWaterStart - 100));
    for (auto& sample : samples) {
        (void)apply(meter, {{{kWaterStart + sample.timestamp_s, sample.value}}},
                    from_unix_s(kWaterStart + sample.timestamp_s), table);
    }
    return flow_at(meter, table, from_unix_s(kWaterStart + now));
}

TEST(Flow, NothingKnownIsAtRest) {
    EXPECT_EQ(flow_at(SensorMeter{}, CalibrationTable{}, from_unix_s(kWaterStart)), Flow{});
}

TEST(Flow, FirstSampleOfAnUnknownSeriesIsAtRest) {
    SensorMeter meter;
    (void)apply(meter, {{{kWaterStart, 3'828'906}}}, from_unix_s(kWaterStart), CalibrationTable{});
    EXPECT_EQ(flow_at(meter, CalibrationTable{}, from_unix_s(kWaterStart + 1)), Flow{});
}

TEST(Flow, FirstPeakOfAUseRunsAtOnceAndRestsSoonAfter) {
    EXPECT_TRUE(flow_after({{0, 1}, {40'000, 2}}, 40'001).running);
    EXPECT_LE(flow_after({{0, 1}, {40'000, 2}}, 40'001).rate.microlitres_per_second, 200);
    EXPECT_TRUE(flow_after({{0, 1}, {40'000, 2}}, 40'029).running);
    EXPECT_EQ(flow_after({{0, 1}, {40'000, 2}}, 40'030), Flow{});
}

TEST(Flow, FirstStepOfAHighFlowShowsAtOnceWhatItProves) {
    // 17 peaks in a step of 5 s: at least 16 intervals in it.
    const Flow flow = flow_after({{0, 1}, {40'000, 18}}, 40'001);
    EXPECT_EQ(flow.rate.microlitres_per_second, 3200);
}

TEST(Flow, LostMessageWithinAUseIsNoSpike) {
    // One peak a second; the entries between 20 and 60 never came.
    const Flow flow = flow_after({{5, 5}, {10, 10}, {15, 15}, {20, 20}, {60, 60}}, 61);
    EXPECT_GT(flow.rate.microlitres_per_second, 800);
    EXPECT_LE(flow.rate.microlitres_per_second, 1000);
}

TEST(Flow, StepAfterALongGapIsNotTakenForABurst) {
    const Flow flow = flow_after({{0, 1}, {3600, 400}}, 3601);
    EXPECT_TRUE(flow.running);
    EXPECT_LE(flow.rate.microlitres_per_second, 12'000);
    EXPECT_EQ(flow_after({{0, 1}, {3600, 4000}}, 3601), Flow{});  // a catch-up: nobody knows when that ran
}

TEST(Flow, UnsetClockGivesNoSpikes) {
    // 20 peaks in each of two batches 20 s apart, told without times.
    SensorMeter meter;
    const CalibrationTable table({{from_unix_s(0), base::VolumePerPeak{1000}}});
    set_base(meter, 0, from_unix_s(kWaterStart - 100));
    for (int batch = 1; batch <= 12; ++batch) {
        const auto value = static_cast<std::uint32_t>(20 * batch);
        const auto received = from_unix_s(kWaterStart + 20 * batch);
        (void)apply(meter, {{{0, value - 15}, {0, value - 10}, {0, value - 5}, {0, value}}}, received, table);
        const Flow flow = flow_at(meter, table, received);
        EXPECT_TRUE(flow.running);
        EXPECT_LE(flow.rate.microlitres_per_second, 1150);
        if (batch >= 4) {
            EXPECT_GE(flow.rate.microlitres_per_second, 600);
        }
    }
}

TEST(Flow, ChangesAtIsWhenTheAnswerChanges) {
    House house(33'000, {{0, 300, 33'000.0 / 40}});  // a peak each 40 s
    for (const Sent& sent : house.batches()) (void)apply(house.meter(), sent.samples, sent.at, house.calibration());
    WallTime now = house.meter().recent.back().time;
    Flow flow = flow_at(house.meter(), house.calibration(), now);
    ASSERT_TRUE(flow.running);
    int changes = 0;
    for (; flow.changes_at; ++changes) {
        ASSERT_GT(*flow.changes_at, now);
        ASSERT_LT(changes, 100);
        // Just before, the answer is still the same (while it decays, it may be smaller than what was said).
        const Flow before = flow_at(house.meter(), house.calibration(), *flow.changes_at - Milliseconds{1});
        EXPECT_TRUE(before.running);
        EXPECT_LE(before.rate, flow.rate);
        now = *flow.changes_at;
        const Flow next = flow_at(house.meter(), house.calibration(), now);
        EXPECT_LE(next.rate, flow.rate);
        flow = next;
    }
    EXPECT_EQ(flow, Flow{});
    EXPECT_GT(changes, 1);
    EXPECT_LE(now - house.meter().recent.back().time, Seconds{90});
}

TEST(Flow, BackloggedReadingsOfHoursAgoAreAtRest) {
    House house(33'000, {{0, 300, 60'000}});
    message::Samples all{house.entries()};
    (void)apply(house.meter(), all, from_unix_s(kWaterStart + 20'000), house.calibration());
    EXPECT_EQ(flow_at(house.meter(), house.calibration(), from_unix_s(kWaterStart + 20'000)), Flow{});
}

TEST(Flow, SeriesBeforeTheRestartPlaysNoPart) {
    House house(33'000, {{0, 60, 60'000}});
    for (const Sent& sent : house.batches()) (void)apply(house.meter(), sent.samples, sent.at, house.calibration());
    set_base(house.meter(), 5, from_unix_s(kWaterStart + 62));
    EXPECT_EQ(flow_at(house.meter(), house.calibration(), from_unix_s(kWaterStart + 63)), Flow{});
}

struct Steady {
    std::int64_t per_peak;
    double rate;  // microlitres per second
};

void PrintTo(const Steady& steady, std::ostream* out) {
    *out << steady.per_peak << " ul a peak, " << steady.rate / kGallonsPerMinute << " gpm";
}

class SteadyFlow : public testing::TestWithParam<Steady> {};

TEST_P(SteadyFlow, StaysNearTheTruthAndEndsSoonAfter) {
    const auto& [per_peak, rate_of_flow] = GetParam();
    const double rate = rate_of_flow;  // clang 14 captures no part of a pair
    const double peak_interval = static_cast<double>(per_peak) / rate;
    const double length = std::max(400.0, 12 * peak_interval);
    // When three intervals and the batch that tells of them are through.
    const double settled = std::max(90.0, 4 * peak_interval + 45);
    // At high flow half a minute, a peak and a step of the grid; at low flow two intervals and what a batch may hold
    // back.
    const double rest = peak_interval < 5 ? 41 : std::min(1.1 * 2 * peak_interval + 31, 901.0);
    for (int phase = 0; phase < 5; ++phase) {
        House house(per_peak, {{-200'000, -199'000, 40'000}, {0.4, length, rate}}, phase);
        house.walk(house.batches(), static_cast<std::int64_t>(length + rest + 60), [&](double at, const Flow& flow) {
            const auto shown = static_cast<double>(flow.rate.microlitres_per_second);
            ASSERT_LE(shown, 1.15 * rate) << "at " << at << " phase " << phase;
            ASSERT_EQ(flow.running, flow.changes_at.has_value());
            if (at >= settled && at < length) {
                ASSERT_TRUE(flow.running) << "at " << at << " phase " << phase;
                ASSERT_GE(shown, 0.85 * rate) << "at " << at << " phase " << phase;
            }
            if (at < 0 || at > length + rest) {
                ASSERT_EQ(flow, Flow{}) << "at " << at << " phase " << phase;
            }
        });
    }
}

std::vector<Steady> steady_flows() {
    std::vector<Steady> flows;
    for (const std::int64_t per_peak : {33'000, 157'000}) {
        for (const double gpm : {0.006, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1}) {  // drips
            flows.push_back({per_peak, gpm * kGallonsPerMinute});
        }
        for (const double gpm : {0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.1, 2.5, 5.0, 12.0}) {  // taps, showers, hoses
            flows.push_back({per_peak, gpm * kGallonsPerMinute});
        }
    }
    return flows;
}

INSTANTIATE_TEST_SUITE_P(Flow, SteadyFlow, testing::ValuesIn(steady_flows()));

TEST(Flow, ShortTapIsSeenAndGone) {
    // A glass of water: 8 s at 6 l/min.
    House house(33'000, {{-20'000, -19'900, 100'000}, {2, 10, 100'000}});
    bool seen = false;
    house.walk(house.batches(), 200, [&](double at, const Flow& flow) {
        seen = seen || (flow.running && flow.rate.microlitres_per_second > 50'000);
        ASSERT_LE(flow.rate.microlitres_per_second, 115'000) << at;
        if (at > 46) {
            ASSERT_EQ(flow, Flow{}) << at;
        }
    });
    EXPECT_TRUE(seen);
}

TEST(Flow, FollowsATapThatIsTurnedDown) {
    House house(33'000, {{0, 200, 150'000}, {200, 400, 30'000}});
    house.walk(house.batches(), 400, [&](double at, const Flow& flow) {
        const auto shown = static_cast<double>(flow.rate.microlitres_per_second);
        if (at > 60 && at < 200) {
            ASSERT_NEAR(shown, 150'000, 0.15 * 150'000) << at;
        }
        if (at > 275 && at < 400) {
            ASSERT_NEAR(shown, 30'000, 0.15 * 30'000) << at;
        }
    });
}

TEST(Flow, SlowBatchesOfALowFlowDoNotLookLikeARest) {
    // As seen in the field: a peak each 25 s, told once in two minutes.
    House house(33'000, {{0, 3000, 33'000.0 / 25}});
    house.walk(house.batches(120), 3000, [&](double at, const Flow& flow) {
        if (at > 260) {
            ASSERT_TRUE(flow.running) << at;
        }
    });
}

}  // namespace
}  // namespace millrace::meter
