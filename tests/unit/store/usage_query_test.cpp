#include "store/usage_query.h"

#include <gtest/gtest.h>

#include "sql/open.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

using base::CalendarUnit;

base::WallTime at(const char* text) {
    return base::from_rfc3339(text).value();
}

// One peak more at each of the times given, and the reading that starts the count long before.
std::vector<ports::Projection> peaks_at(const std::vector<const char*>& times) {
    std::vector<ports::Projection> made{reading_record(0, 0)};
    std::int64_t total = 0;
    for (const char* time : times) made.emplace_back(reading_record(base::unix_s(at(time)), ++total));
    return made;
}

class UsageQueryTest : public ::testing::Test {
protected:
    void store_peaks(const std::vector<const char*>& times) { append(store_, {commit(1, peaks_at(times))}); }

    ports::UsageAnswer ask(CalendarUnit unit, const char* from, const char* to, const char* zone = "Etc/UTC") {
        const auto answer = try_ask({kSensor, at(from), at(to), unit, base::TimeZone::load(zone).value()});
        EXPECT_TRUE(answer) << answer.error().message;
        return answer.value_or(ports::UsageAnswer{});
    }

    base::Result<ports::UsageAnswer, base::Error> try_ask(const ports::UsageQuery& query) {
        const auto connection = sql::open_for_reading(dir_.database());
        return read_usage(*connection, query);
    }

    static std::vector<std::int64_t> peaks(const ports::UsageAnswer& answer) {
        std::vector<std::int64_t> counts;
        for (const ports::UsageBucket& bucket : answer.buckets) counts.push_back(bucket.peaks.value);
        return counts;
    }

    TempDir dir_;
    Database store_ = open_store(dir_);
};

TEST_F(UsageQueryTest, GivesEveryBucketOfTheRangeEmptyOnesToo) {
    store_peaks({"2024-06-01T10:00:00Z", "2024-06-01T10:59:59Z", "2024-06-01T12:00:00Z"});
    const auto answer = ask(CalendarUnit::Hour, "2024-06-01T09:30:00Z", "2024-06-01T12:00:01Z");
    EXPECT_EQ(peaks(answer), (std::vector<std::int64_t>{0, 2, 0, 1}));
    EXPECT_EQ(answer.buckets.front().start, at("2024-06-01T09:00:00Z"));
    EXPECT_EQ(answer.buckets.back().end, at("2024-06-01T13:00:00Z"));
}

TEST_F(UsageQueryTest, EndIsExclusive) {
    store_peaks({"2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z"});
    EXPECT_EQ(peaks(ask(CalendarUnit::Hour, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z")),
              (std::vector<std::int64_t>{1}));
}

TEST_F(UsageQueryTest, EmptyRangeHasNoBuckets) {
    EXPECT_TRUE(ask(CalendarUnit::Day, "2024-06-01T10:00:00Z", "2024-06-01T10:00:00Z").buckets.empty());
    EXPECT_TRUE(ask(CalendarUnit::Day, "2024-06-02T10:00:00Z", "2024-06-01T10:00:00Z").buckets.empty());
}

TEST_F(UsageQueryTest, AMinuteHasTheReadingsOfItsOwnTime) {
    store_peaks({"2024-06-01T10:00:00Z", "2024-06-01T10:00:59Z", "2024-06-01T10:02:00Z"});
    const auto answer = ask(CalendarUnit::Minute, "2024-06-01T10:00:30Z", "2024-06-01T10:03:00Z");
    EXPECT_EQ(peaks(answer), (std::vector<std::int64_t>{2, 0, 1}));
    EXPECT_EQ(answer.buckets.front().start, at("2024-06-01T10:00:00Z"));
}

TEST_F(UsageQueryTest, MinutesAddUpToTheirHourInWhateverOrderReadingsCame) {
    append(store_, {commit(1, {reading_record(base::unix_s(at("2024-06-01T09:50:00Z")), 5),
                               reading_record(base::unix_s(at("2024-06-01T10:10:20Z")), 40),
                               reading_record(base::unix_s(at("2024-06-01T10:05:10Z")), 12),
                               reading_record(base::unix_s(at("2024-06-01T10:05:10Z")), 9),
                               reading_record(base::unix_s(at("2024-06-01T10:20:00Z")), 30)})});
    append(store_, {ports::CalibrationRecord{kSensor, {at("2024-06-01T10:07:00Z"), {1'000}}, 1},
                    ports::CalibrationRecord{kSensor, {at("2024-01-01T00:00:00Z"), {100}}, 1}});
    const auto minutes = ask(CalendarUnit::Minute, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z");
    const auto hour = ask(CalendarUnit::Hour, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z").buckets.at(0);
    ASSERT_EQ(minutes.buckets.size(), 60U);
    EXPECT_EQ(minutes.buckets[5].peaks.value, 7);
    EXPECT_EQ(minutes.buckets[10].peaks.value, 10);
    EXPECT_EQ(minutes.buckets[20].peaks.value, 18);
    base::PeakCount sum;
    base::Volume volume;
    for (const auto& minute : minutes.buckets) {
        sum += minute.peaks;
        volume += minute.volume;
    }
    EXPECT_EQ(sum.value, hour.peaks.value);
    EXPECT_EQ(volume, hour.volume);
}

TEST_F(UsageQueryTest, WeeksBeginOnMonday) {
    store_peaks({"2024-06-02T23:59:00-06:00", "2024-06-03T00:00:00-06:00", "2024-06-09T12:00:00-06:00"});
    EXPECT_EQ(peaks(ask(CalendarUnit::Week, "2024-06-01T00:00:00Z", "2024-06-09T00:00:00Z", "America/Denver")),
              (std::vector<std::int64_t>{1, 2}));
}

TEST_F(UsageQueryTest, DaysOfClockChangesHave23And25Hours) {
    store_peaks({"2024-03-10T00:00:00-07:00", "2024-03-10T23:59:00-06:00", "2024-03-11T00:00:00-06:00",
                 "2024-11-03T00:10:00-06:00", "2024-11-03T23:50:00-07:00"});
    const auto spring = ask(CalendarUnit::Day, "2024-03-10T12:00:00Z", "2024-03-11T12:00:00Z", "America/Denver");
    EXPECT_EQ(peaks(spring), (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(spring.buckets[0].end - spring.buckets[0].start, std::chrono::hours{23});
    const auto autumn = ask(CalendarUnit::Day, "2024-11-03T12:00:00Z", "2024-11-03T13:00:00Z", "America/Denver");
    EXPECT_EQ(peaks(autumn), (std::vector<std::int64_t>{2}));
    EXPECT_EQ(autumn.buckets[0].end - autumn.buckets[0].start, std::chrono::hours{25});
}

TEST_F(UsageQueryTest, DoubledHourInAutumnIsTwoBuckets) {
    store_peaks({"2024-11-03T01:30:00-06:00", "2024-11-03T01:30:00-07:00", "2024-11-03T01:45:00-07:00"});
    EXPECT_EQ(
        peaks(ask(CalendarUnit::Hour, "2024-11-03T00:00:00-06:00", "2024-11-03T03:00:00-07:00", "America/Denver")),
        (std::vector<std::int64_t>{0, 1, 2, 0}));
}

TEST_F(UsageQueryTest, HoursOfZonesWithHalfAndQuarterHoursBeginOnTheirClock) {
    store_peaks({"2024-06-01T10:00:00+05:30", "2024-06-01T10:59:00+05:30", "2024-06-01T11:00:00+05:30"});
    EXPECT_EQ(peaks(ask(CalendarUnit::Hour, "2024-06-01T10:00:00+05:30", "2024-06-01T12:00:00+05:30", "Asia/Kolkata")),
              (std::vector<std::int64_t>{2, 1}));
    const auto nepal =
        ask(CalendarUnit::Hour, "2024-06-01T10:15:00+05:45", "2024-06-01T12:00:00+05:45", "Asia/Kathmandu");
    EXPECT_EQ(nepal.buckets.front().start, at("2024-06-01T10:00:00+05:45"));
    EXPECT_EQ(peaks(nepal), (std::vector<std::int64_t>{1, 2}));  // 10:15, 11:14 and 11:15 there
}

TEST_F(UsageQueryTest, BucketsTouchWhereAZoneShiftsByHalfAnHour) {
    const auto answer = ask(CalendarUnit::Hour, "2024-04-06T00:00:00Z", "2024-04-07T12:00:00Z", "Australia/Lord_Howe");
    for (std::size_t i = 1; i < answer.buckets.size(); ++i) {
        EXPECT_EQ(answer.buckets[i].start, answer.buckets[i - 1].end);
    }
}

TEST_F(UsageQueryTest, MonthsAndYearsFollowTheLocalCalendar) {
    store_peaks({"2024-01-31T23:59:00-07:00", "2024-02-01T00:00:00-07:00", "2024-12-31T23:59:00-07:00"});
    EXPECT_EQ(peaks(ask(CalendarUnit::Month, "2024-01-01T07:00:00Z", "2024-03-01T07:00:00Z", "America/Denver")),
              (std::vector<std::int64_t>{1, 1}));
    EXPECT_EQ(peaks(ask(CalendarUnit::Year, "2024-06-01T00:00:00Z", "2025-06-01T00:00:00Z", "America/Denver")),
              (std::vector<std::int64_t>{3, 0}));
}

TEST_F(UsageQueryTest, VolumeIsUncalibratedUntilACalibrationIsSet) {
    store_peaks({"2024-06-01T10:00:00Z"});
    const auto before = ask(CalendarUnit::Day, "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z");
    EXPECT_FALSE(before.calibrated);
    EXPECT_EQ(before.buckets.at(0).volume.microlitres, meter::kUncalibratedVolumePerPeak.microlitres);
    append(store_, {ports::CalibrationRecord{kSensor, {at("2024-06-05T00:00:00Z"), {30'000}}, 1}});
    const auto after = ask(CalendarUnit::Day, "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z");
    EXPECT_TRUE(after.calibrated);
    EXPECT_EQ(after.buckets.at(0).volume.microlitres, 30'000);  // nobody knew better earlier
}

TEST_F(UsageQueryTest, CalibrationChangesInsideABucketQuarterByQuarter) {
    store_peaks({"2024-06-01T10:00:00Z", "2024-06-01T10:15:00Z", "2024-06-01T10:30:00Z", "2024-06-01T10:59:00Z"});
    append(store_, {ports::CalibrationRecord{kSensor, {at("2024-06-01T10:30:00Z"), {1'000}}, 1},
                    ports::CalibrationRecord{kSensor, {at("2024-01-01T00:00:00Z"), {100}}, 1},
                    ports::CalibrationRecord{kSensor, {at("2024-06-01T10:45:00Z"), {10'000}}, 1},
                    ports::CalibrationRecord{kBridge, {at("2024-06-01T10:00:00Z"), {7}}, 1}});
    const auto answer = ask(CalendarUnit::Hour, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z");
    EXPECT_EQ(answer.buckets.at(0).volume.microlitres, 100 + 100 + 1'000 + 10'000);
}

TEST_F(UsageQueryTest, LaterEntryWinsAndZeroWithdraws) {
    store_peaks({"2024-06-01T10:00:00Z"});
    const auto volume = [&] {
        return ask(CalendarUnit::Hour, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z").buckets.at(0).volume.microlitres;
    };
    const auto enter = [&](std::int64_t per_peak) {
        append(store_, {ports::CalibrationRecord{kSensor, {at("2024-01-01T00:00:00Z"), {per_peak}}, 1}});
    };
    enter(100);
    enter(200);
    EXPECT_EQ(volume(), 200);
    enter(0);
    EXPECT_EQ(volume(), meter::kUncalibratedVolumePerPeak.microlitres);
}

TEST_F(UsageQueryTest, UnknownSensorHasUsedNothing) {
    const auto answer =
        try_ask({kBridge, at("2024-06-01T00:00:00Z"), at("2024-06-02T00:00:00Z"), CalendarUnit::Day, {}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(peaks(*answer), std::vector<std::int64_t>{0});
}

TEST_F(UsageQueryTest, TooManyBucketsAreRefused) {
    const base::WallTime from = at("2010-01-01T00:00:00Z");
    const auto hours = [&](std::int64_t count) {
        return try_ask({kSensor, from, from + std::chrono::hours{count}, CalendarUnit::Hour, {}});
    };
    const auto most = static_cast<std::int64_t>(ports::kMaxUsageBuckets);
    EXPECT_EQ(hours(most).value().buckets.size(), ports::kMaxUsageBuckets);
    ASSERT_FALSE(hours(most + 1));
    EXPECT_NE(hours(most + 1).error().message.find(std::to_string(most)), std::string::npos);
}

TEST_F(UsageQueryTest, AbsurdRangesAreRefused) {
    EXPECT_FALSE(try_ask({kSensor, base::WallTime::min(), at("2024-01-01T00:00:00Z"), CalendarUnit::Year, {}}));
    EXPECT_FALSE(try_ask({kSensor, at("2024-01-01T00:00:00Z"), base::WallTime::max(), CalendarUnit::Year, {}}));
}

class LabelledUsageTest : public UsageQueryTest {
protected:
    // A peak is worth a litre, and one passes each minute from ten to noon.
    LabelledUsageTest() {
        std::vector<ports::Projection> made{reading_record(0, 0)};
        for (std::int64_t i = 0; i < 120; ++i) {
            made.emplace_back(reading_record(base::unix_s(at("2024-06-01T10:00:00Z")) + 60 * i, i + 1));
        }
        append(store_,
               {commit(1, made), ports::CalibrationRecord{kSensor, {at("2024-01-01T00:00:00Z"), {1'000'000}}, 1}});
    }
    void label(const char* start, std::int64_t litres, const char* category, const base::DeviceId& sensor = kSensor,
               bool overlapped = false) {
        append(store_,
               {ports::UseLabelRecord{
                   sensor, {at(start), overlapped, {litres * 1'000'000}}, {category, "guest bath", "Ada", at_s(1)}}});
    }
    void tell(const char* start, std::int64_t litres, classify::Category category) {
        append(store_, {ports::UseVerdictRecord{kSensor,
                                                {at(start), false, {litres * 1'000'000}},
                                                classify::Verdict{category, 0.9, 0, false, "", {}}}});
    }
    std::vector<std::string> labelled(CalendarUnit unit, const char* from, const char* to) {
        ports::UsageQuery query{kSensor, at(from), at(to), unit, base::TimeZone(), true};
        std::vector<std::string> found;
        const auto answer = try_ask(query).value();
        for (const auto& each : answer.labelled) {
            EXPECT_LE(each.volume, answer.buckets.at(each.bucket).volume);
            found.push_back(std::to_string(each.bucket) + " " + each.category + " " +
                            std::to_string(each.volume.microlitres));
        }
        return found;
    }
    using Texts = std::vector<std::string>;
};

TEST_F(LabelledUsageTest, ABucketHasTheLabelledUsesThatBeganInIt) {
    label("2024-06-01T10:00:00Z", 5, "toilet");
    label("2024-06-01T10:00:00Z", 3, "faucet", kSensor, true);
    label("2024-06-01T10:59:59.999Z", 20, "shower");
    label("2024-06-01T10:30:00Z", 6, "toilet");
    label("2024-06-01T11:00:00Z", 7, "bath");
    label("2024-06-01T11:10:00Z", 7, "");  // it has a name only
    label("2024-06-01T10:10:00Z", 9, "hose", kBridge);
    EXPECT_EQ(labelled(CalendarUnit::Hour, "2024-06-01T09:00:00Z", "2024-06-01T13:00:00Z"),
              (Texts{"1 faucet 3000000", "1 shower 20000000", "1 toilet 11000000", "2 bath 7000000"}));
    EXPECT_EQ(labelled(CalendarUnit::Hour, "2024-06-01T11:00:00Z", "2024-06-01T12:00:00Z"), (Texts{"0 bath 7000000"}));
    EXPECT_EQ(labelled(CalendarUnit::Day, "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z").size(), 4U);
    EXPECT_TRUE(labelled(CalendarUnit::Day, "2024-06-02T00:00:00Z", "2024-06-03T00:00:00Z").empty());
    EXPECT_TRUE(labelled(CalendarUnit::Day, "2024-06-02T00:00:00Z", "2024-06-02T00:00:00Z").empty());
    EXPECT_TRUE(ask(CalendarUnit::Day, "2024-06-01T00:00:00Z", "2024-06-02T00:00:00Z").labelled.empty())
        << "nobody asked";
}

TEST_F(LabelledUsageTest, TheOwnersWordCountsBeforeOurs) {
    tell("2024-06-01T10:00:00Z", 5, classify::Category::Toilet);
    tell("2024-06-01T10:10:00Z", 6, classify::Category::Faucet);
    label("2024-06-01T10:10:00Z", 6, "shower");
    tell("2024-06-01T10:20:00Z", 7, classify::Category::Hose);
    label("2024-06-01T10:20:00Z", 7, "");      // a name only
    label("2024-06-01T10:30:00Z", 8, "bath");  // from before uses were told
    EXPECT_EQ(labelled(CalendarUnit::Hour, "2024-06-01T10:00:00Z", "2024-06-01T11:00:00Z"),
              (Texts{"0 bath 8000000", "0 hose 7000000", "0 shower 6000000", "0 toilet 5000000"}));
}

TEST_F(LabelledUsageTest, UsesThatTookMoreThanTheBucketHasShareIt) {
    label("2024-06-01T10:00:10Z", 2, "faucet");
    label("2024-06-01T10:00:20Z", 6, "shower");
    EXPECT_EQ(labelled(CalendarUnit::Minute, "2024-06-01T10:00:00Z", "2024-06-01T10:02:00Z"),
              (Texts{"0 faucet 250000", "0 shower 750000"}));
    label("2024-06-01T20:00:00Z", 6, "shower");
    EXPECT_TRUE(labelled(CalendarUnit::Hour, "2024-06-01T20:00:00Z", "2024-06-01T21:00:00Z").empty())
        << "the bucket has no water";
}

}  // namespace
}  // namespace millrace::store::test
