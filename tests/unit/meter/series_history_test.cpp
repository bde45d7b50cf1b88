#include "meter/series_history.h"

#include <gtest/gtest.h>

namespace millrace::meter {
namespace {

using base::from_unix_s;
using Fit = SeriesHistory::Fit;

Reading in_series(std::int64_t series, std::int64_t time_s, std::int64_t total) {
    Reading made;
    made.series = series;
    made.time = from_unix_s(time_s);
    made.total = {total};
    return made;
}

const std::deque<Reading> kRecent{in_series(1, 100, 50), in_series(1, 120, 60), in_series(2, 130, 5),
                                  in_series(1, 140, 70)};

TEST(SeriesHistory, KnowsOnlyItsOwnSeries) {
    const SeriesHistory history(kRecent, 1);
    EXPECT_EQ(history.lowest()->total.value, 50);
    EXPECT_EQ(history.highest()->total.value, 70);
    EXPECT_FALSE(history.has_total({5}));
    EXPECT_EQ(SeriesHistory(kRecent, 3).lowest(), nullptr);
    EXPECT_EQ(SeriesHistory(kRecent, 3).highest(), nullptr);
}

TEST(SeriesHistory, FitsWhatLiesBetweenInTimeAndTotal) {
    const SeriesHistory history(kRecent, 1);
    EXPECT_EQ(history.fit(from_unix_s(110), {55}), Fit::Between);
    EXPECT_EQ(history.fit(from_unix_s(120), {60}), Fit::Between);
    EXPECT_EQ(history.fit(from_unix_s(90), {40}), Fit::Before);
}

TEST(SeriesHistory, FitsNothingThatContradictsARisingCounter) {
    const SeriesHistory history(kRecent, 1);
    EXPECT_EQ(history.fit(from_unix_s(110), {65}), Fit::None);
    EXPECT_EQ(history.fit(from_unix_s(130), {55}), Fit::None);
    EXPECT_EQ(history.fit(from_unix_s(141), {70}), Fit::None);
    EXPECT_EQ(history.fit(from_unix_s(150), {80}), Fit::None);
}

TEST(SeriesHistory, TimesOfReceiptProveNothing) {
    std::deque<Reading> recent{in_series(1, 100, 50), in_series(1, 120, 60)};
    for (Reading& r : recent) r.time_is_receipt = true;
    EXPECT_EQ(SeriesHistory(recent, 1).fit(from_unix_s(110), {55}), Fit::None);
}

}  // namespace
}  // namespace millrace::meter
