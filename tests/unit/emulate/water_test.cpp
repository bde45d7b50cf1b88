#include "emulate/water.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include <fstream>

namespace millrace::emulate {
namespace {

class TraceTest : public testing::Test {
protected:
    ~TraceTest() override { (void)::unlink(file.c_str()); }

    void write(const std::string& content) { std::ofstream(file) << content; }

    std::vector<std::pair<std::int64_t, std::int64_t>> steps(const TraceSettings& settings) {
        auto water = open_trace(settings);
        EXPECT_TRUE(water) << (water ? "" : water.error().message);
        std::vector<std::pair<std::int64_t, std::int64_t>> steps;
        while (const auto step = (*water)->next()) steps.emplace_back(base::unix_s(step->at), step->peaks.value);
        return steps;
    }
    TraceSettings settings() const {
        TraceSettings settings;
        settings.file = file;
        return settings;
    }

    std::string file = testing::TempDir() + "millrace_trace_" + std::to_string(::getpid()) + ".csv";
};

using Steps = std::vector<std::pair<std::int64_t, std::int64_t>>;

TEST_F(TraceTest, PeaksAndPulsesCountOneForOne) {
    for (const char* unit : {"peaks", "pulses"}) {
        write(std::string("unix_timestamp,cumulative_") + unit + "\n100,7\n104,7\n108,9\r\n112,10\n");
        EXPECT_EQ(steps(settings()), (Steps{{108, 2}, {112, 1}}));
    }
}

TEST_F(TraceTest, VolumesBecomePeaksWithoutLosingFractions) {
    write("unix_timestamp,cumulative_ml\n0,0\n10,25\n20,50\n30,75\n40,100\n");
    TraceSettings trace = settings();
    trace.ml_per_peak = 30;
    EXPECT_EQ(steps(trace), (Steps{{20, 1}, {30, 1}, {40, 1}}));
    write("unix_timestamp,cumulative_l\n0,1.5\n10,1.59\n");
    EXPECT_EQ(steps(trace), (Steps{{10, 3}}));
}

TEST_F(TraceTest, MovesItsFirstRowToTheStart) {
    write("unix_timestamp,cumulative_peaks\n100,0\n107,1\n");
    TraceSettings trace = settings();
    trace.start = base::from_unix_s(1000);
    EXPECT_EQ(steps(trace), (Steps{{1007, 1}}));
    EXPECT_EQ(*trace_start(file), base::from_unix_s(100));
}

TEST_F(TraceTest, SkipsRowsThatCannotBe) {
    write("unix_timestamp,cumulative_peaks\n100,0\nnonsense\n107,1\n106,5\n110,0\n111\n112,nan\n113,1e300\n114,3\n");
    EXPECT_EQ(steps(settings()), (Steps{{107, 1}, {114, 2}}));
}

TEST_F(TraceTest, RefusesOtherFilesWithAReason) {
    EXPECT_FALSE(open_trace(settings()));
    write("time,litres\n1,2\n");
    ASSERT_FALSE(open_trace(settings()));
    EXPECT_NE(open_trace(settings()).error().message.find("unix_timestamp"), std::string::npos);
    write("unix_timestamp,cumulative_gallons\n1,2\n");
    EXPECT_FALSE(open_trace(settings()));
    write("unix_timestamp,cumulative_ml\n");
    EXPECT_FALSE(open_trace(settings()));
}

HouseholdSettings household(std::uint64_t seed) {
    HouseholdSettings settings;
    settings.start = base::from_unix_s(1'700'000'000);
    settings.seed = seed;
    return settings;
}

std::vector<Step> days_of(std::uint64_t seed, int days) {
    const auto water = make_household(household(seed));
    std::vector<Step> steps;
    while (true) {
        const auto step = water->next();
        if (!step || step->at > household(seed).start + std::chrono::hours{24 * days}) return steps;
        steps.push_back(*step);
    }
}

TEST(Household, UsesABelievableAmountOfWater) {
    constexpr int kDays = 14;
    const double litres = static_cast<double>(days_of(1, kDays).size()) * 32.9 / 1000 / kDays;
    EXPECT_GT(litres, 300);   // three people
    EXPECT_LT(litres, 1200);  // and irrigation every other day
}

TEST(Household, TimeOnlyGoesForwardAndNightsAreQuiet) {
    const std::vector<Step> steps = days_of(2, 14);
    std::size_t night = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(steps[i].peaks.value, 1);
        EXPECT_GE(steps[i].at, steps[i == 0 ? 0 : i - 1].at);
        const std::int64_t hour = base::unix_s(steps[i].at) / 3600 % 24;
        night += hour < 4 ? 1 : 0;
    }
    EXPECT_GT(night, 0U);
    EXPECT_LT(static_cast<double>(night), 0.05 * static_cast<double>(steps.size()));
}

TEST(Household, IsTheSameFromTheSameSeedOnly) {
    const auto same = [](const std::vector<Step>& a, const std::vector<Step>& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const Step& x, const Step& y) { return x.at == y.at; });
    };
    EXPECT_TRUE(same(days_of(3, 2), days_of(3, 2)));
    EXPECT_FALSE(same(days_of(3, 2), days_of(4, 2)));
}

}  // namespace
}  // namespace millrace::emulate
