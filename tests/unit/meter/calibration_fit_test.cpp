#include "meter/calibration_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

namespace millrace::meter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kLitre = 1'000'000;

MeterPoint point(std::int64_t peaks, std::int64_t microlitres) {
    return {{peaks}, {microlitres}};
}

std::vector<MeterPoint> line(std::int64_t slope, std::int64_t start, const std::vector<std::int64_t>& peaks) {
    std::vector<MeterPoint> points;
    for (const std::int64_t count : peaks) points.push_back(point(count, start + slope * count));
    return points;
}

TEST(CalibrationFit, TwoReadingsSufficeAndLeaveNoResidual) {
    const auto fit = fit_calibration({point(0, 123'456 * kLitre), point(30'000, 124'456 * kLitre)});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->per_peak.microlitres, 33'333);
    EXPECT_NEAR(fit->slope_microlitres, 33'333.333, 0.001);
    EXPECT_EQ(fit->residuals, (std::vector<base::Volume>{{0}, {0}}));
    EXPECT_EQ(fit->rms_residual.microlitres, 0);
    EXPECT_FALSE(fit->standard_error_microlitres);
    EXPECT_THAT(fit->standing_out, IsEmpty());
}

TEST(CalibrationFit, ResidualsAndStandardErrorAreThoseOfTheTextbook) {
    // x = 0, 1, 2, 3 thousand; y = 0, 32, 70, 96 litres: slope 32.6 L per thousand, offset 0.6 L.
    const auto fit =
        fit_calibration({point(0, 0), point(1000, 32 * kLitre), point(2000, 70 * kLitre), point(3000, 96 * kLitre)});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->per_peak.microlitres, 32'600);
    EXPECT_EQ(fit->residuals, (std::vector<base::Volume>{{-600'000}, {-1'200'000}, {4'200'000}, {-2'400'000}}));
    const double squares = 0.6 * 0.6 + 1.2 * 1.2 + 4.2 * 4.2 + 2.4 * 2.4;
    EXPECT_EQ(fit->rms_residual.microlitres, std::llround(std::sqrt(squares / 4) * 1e6));
    ASSERT_TRUE(fit->standard_error_microlitres);
    EXPECT_NEAR(*fit->standard_error_microlitres, std::sqrt(squares / 2 / 5) * 1e3, 1e-6);
}

TEST(CalibrationFit, RefusesInWordsWhatGivesNoLine) {
    EXPECT_THAT(fit_calibration({}).error().message, HasSubstr("two readings"));
    EXPECT_THAT(fit_calibration({point(1, 1)}).error().message, HasSubstr("two readings"));
    EXPECT_THAT(fit_calibration({point(7, 0), point(7, 50 * kLitre)}).error().message, HasSubstr("no peaks"));
    const auto fell = fit_calibration({point(0, 500 * kLitre), point(2000, 400 * kLitre), point(3000, 600 * kLitre)});
    ASSERT_FALSE(fell);
    EXPECT_THAT(fell.error().message, HasSubstr("fell"));
    EXPECT_EQ(fell.error().point, 1u);
}

TEST(CalibrationFit, RefusesWhatNoMeterDoes) {
    EXPECT_THAT(fit_calibration({point(0, 0), point(1000, 1000 * 99)}).error().message, HasSubstr("0.1 millilitres"));
    EXPECT_TRUE(fit_calibration({point(0, 0), point(1000, 1000 * 100)}));
    EXPECT_TRUE(fit_calibration({point(0, 0), point(1000, 1000 * 10 * kLitre)}));
    EXPECT_THAT(fit_calibration({point(0, 0), point(1000, 1000 * 10 * kLitre + 1000)}).error().message,
                HasSubstr("10 litres"));
    EXPECT_THAT(fit_calibration({point(0, 5 * kLitre), point(1000, 5 * kLitre)}).error().message,
                HasSubstr("0.1 millilitres"));
}

TEST(CalibrationFit, NamesAReadingThatStandsOut) {
    auto points = line(33'000, 77 * kLitre, {0, 5000, 11'000, 16'000, 23'000, 30'000});
    for (std::size_t i = 0; i < points.size(); ++i) points[i].volume.microlitres += (i % 2 == 0 ? 1 : -1) * 400'000;
    EXPECT_THAT(fit_calibration(points)->standing_out, IsEmpty());
    points[3].volume.microlitres += 100 * kLitre;  // a digit misread
    EXPECT_THAT(fit_calibration(points)->standing_out, ElementsAre(3u));
}

TEST(CalibrationFit, OfThreeReadingsNoneCanBeAccused) {
    EXPECT_THAT(fit_calibration({point(0, 0), point(1000, 60 * kLitre), point(2000, 66 * kLitre)})->standing_out,
                IsEmpty());
}

TEST(CalibrationFit, AReadingOffByLessThanItMattersIsNotNamed) {
    auto points = line(33'000, 0, {0, 10'000, 20'000, 30'000, 40'000});
    points[2].volume.microlitres += 2 * kLitre;  // others lie exactly on a line, but 2 of 1320 L change nothing
    EXPECT_THAT(fit_calibration(points)->standing_out, IsEmpty());
}

std::vector<std::int64_t> any_peaks(int at_least) {
    auto peaks = *rc::gen::suchThat(
        rc::gen::unique<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 4'000'000'000)),
        [at_least](const auto& values) { return values.size() >= static_cast<std::size_t>(at_least); });
    return peaks;
}

// Found by the property below: the sums of this line give a hair less than the least that is allowed.
TEST(CalibrationFit, ALineOfExactlyTheLeastIsGood) {
    const auto fit = fit_calibration(line(kLeastPerPeak.microlitres, 0, {0, 18'981'255}));
    ASSERT_TRUE(fit.has_value());
    EXPECT_EQ(fit->per_peak, kLeastPerPeak);
}

RC_GTEST_PROP(CalibrationFitProperty, AnExactLineGivesTheExactResult, ()) {
    const auto slope = *rc::gen::inRange<std::int64_t>(kLeastPerPeak.microlitres, kMostPerPeak.microlitres + 1);
    const auto start = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000 * kLitre);
    const auto fit = fit_calibration(line(slope, start, any_peaks(2)));
    RC_ASSERT(fit.has_value());
    RC_ASSERT(fit->per_peak.microlitres == slope);
    for (const base::Volume& residual : fit->residuals) RC_ASSERT(std::abs(residual.microlitres) <= 100);
    RC_ASSERT(fit->standing_out.empty());
}

RC_GTEST_PROP(CalibrationFitProperty, OrderDoesNotMatter, ()) {
    auto points = line(33'000, 5 * kLitre, any_peaks(3));
    for (MeterPoint& p : points) p.volume.microlitres += *rc::gen::inRange<std::int64_t>(0, 30'000);
    const auto fit = fit_calibration(points);
    RC_ASSERT(fit.has_value());
    std::reverse(points.begin(), points.end());
    std::rotate(points.begin(), points.begin() + 1, points.end());
    const auto again = fit_calibration(points);
    RC_ASSERT(again.has_value());
    RC_ASSERT(std::abs(again->slope_microlitres - fit->slope_microlitres) < 1e-6);
    RC_ASSERT(again->per_peak == fit->per_peak);
}

// Registers show whole units, so each reading is off by up to one.
RC_GTEST_PROP(CalibrationFitProperty, RoundingOfTheRegisterStaysWithinTheStandardError, ()) {
    const auto slope = *rc::gen::inRange<std::int64_t>(5'000, 500'000);
    const std::int64_t step = *rc::gen::element<std::int64_t>(kLitre / 10, kLitre, 10 * kLitre, 28'316'847);
    std::vector<MeterPoint> points;
    std::int64_t peaks = 0;
    double mean = 0;
    for (int i = 0; i < 30; ++i) {
        peaks += *rc::gen::resize(100, rc::gen::inRange<std::int64_t>(3'000, 40'000));
        points.push_back(point(peaks, peaks * slope / step * step));
        mean += static_cast<double>(peaks) / 30;
    }
    const auto fit = fit_calibration(points);
    RC_ASSERT(fit.has_value());
    double leverage = 0;
    double squares = 0;
    for (const MeterPoint& p : points) {
        const double x = static_cast<double>(p.peaks.value) - mean;
        leverage += std::abs(x);
        squares += x * x;
    }
    const double error = std::abs(fit->slope_microlitres - static_cast<double>(slope));
    // What rounding can do at its very worst, and eight times what it does as a rule.
    RC_ASSERT(error <= static_cast<double>(step) / 2 * leverage / squares + 1e-6);
    RC_ASSERT(error <= 8 * *fit->standard_error_microlitres + 1e-6);
}

TEST(DrawnFit, TenLitresAreSureToOnePeak) {
    const auto fit = fit_drawn({304}, {10 * kLitre});
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->per_peak.microlitres, 32'895);
    EXPECT_EQ(fit->least.microlitres, 32'787);
    EXPECT_EQ(fit->most.microlitres, 33'003);
}

TEST(DrawnFit, RefusesInWords) {
    EXPECT_THAT(fit_drawn({0}, {kLitre}).error().message, HasSubstr("no peaks"));
    EXPECT_THAT(fit_drawn({9}, {kLitre}).error().message, HasSubstr("only 9 peaks"));
    EXPECT_TRUE(fit_drawn({10}, {kLitre}));
    EXPECT_THAT(fit_drawn({1000}, {0}).error().message, HasSubstr("0.1 millilitres"));
    EXPECT_THAT(fit_drawn({10}, {1000 * kLitre}).error().message, HasSubstr("10 litres"));
}

}  // namespace
}  // namespace millrace::meter
