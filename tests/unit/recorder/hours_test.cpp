#include "recorder/hours.h"

#include <gtest/gtest.h>

namespace millrace::recorder {
namespace {

constexpr base::WallTime at(int hour) {
    return base::from_unix_s(1'700'000'000 / 3'600 * 3'600 + hour * 3'600);
}

std::vector<HourSum> rows(std::initializer_list<double> sums, int first = 0) {
    std::vector<HourSum> made;
    for (const double sum : sums) made.push_back({at(first++), sum});
    return made;
}

TEST(RunningTotal, GoesOnOverWindowsFromWhatWasBefore) {
    RunningTotal total(base::VolumeUnit::Litre, 100);
    EXPECT_EQ(total.add({{at(0), at(1), {}, {1'500'000}}, {at(1), at(2), {}, {0}}}), rows({101.5, 101.5}));
    EXPECT_EQ(total.add({{at(2), at(3), {}, {2'000'000}}}), rows({103.5}, 2));
}

TEST(RunningTotal, CountsInTheSitesUnit) {
    RunningTotal total(base::VolumeUnit::Gallon, 0);
    EXPECT_EQ(total.add({{at(0), at(1), {}, {3'785'411'784}}}), rows({1'000}));
}

TEST(ToImport, IsNothingWhenAllIsThere) {
    EXPECT_TRUE(to_import(rows({1, 2, 3}), rows({1.0004, 2, 3})).empty());
    EXPECT_TRUE(to_import(rows({2, 3}, 1), rows({1, 2, 3, 4})).empty());
}

TEST(ToImport, IsTheRestFromTheFirstMissingOrDifferentHour) {
    EXPECT_EQ(to_import(rows({1, 2, 3}), {}), rows({1, 2, 3}));
    EXPECT_EQ(to_import(rows({1, 2, 3}), rows({1})), rows({2, 3}, 1));
    EXPECT_EQ(to_import(rows({1, 2, 3}), rows({1, 2.5, 3})), rows({2, 3}, 1));
    EXPECT_EQ(to_import(rows({1, 2, 3}), {{at(0), 1}, {at(2), 3}}), rows({2, 3}, 1));
}

TEST(Digest, TellsRowsApart) {
    EXPECT_EQ(digest(rows({1, 2})), digest(rows({1, 2})));
    EXPECT_NE(digest(rows({1, 2})), digest(rows({1, 2.001})));
    EXPECT_NE(digest(rows({1, 2})), digest(rows({1, 2}, 1)));
    EXPECT_NE(digest(rows({1, 2})), digest(rows({1})));
}

}  // namespace
}  // namespace millrace::recorder
