#include "store/reader.h"

#include <future>

#include <gtest/gtest.h>

#include "store/writer.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

ports::CalibrationRecord calibrated(const base::DeviceId& sensor, std::int64_t from_s, std::int64_t ul) {
    ports::CalibrationRecord record;
    record.sensor = sensor;
    record.entry = {at_s(from_s), {ul}};
    return record;
}

class ReaderTest : public ::testing::Test {
protected:
    ports::ReadingPage page(Reader& reader, ports::ReadingQuery query) {
        auto answer = try_page(reader, std::move(query));
        EXPECT_TRUE(answer) << answer.error().message;
        return answer.value_or(ports::ReadingPage{});
    }

    base::Result<ports::ReadingPage, base::Error> try_page(Reader& reader, ports::ReadingQuery query) {
        std::optional<base::Result<ports::ReadingPage, base::Error>> answer;
        reader.readings(std::move(query), [&](auto result) { answer = std::move(result); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return std::move(*answer);
    }

    void store_readings(std::int64_t first_s, std::int64_t last_s, std::int64_t step) {
        std::vector<ports::Projection> made;
        for (std::int64_t s = first_s; s <= last_s; s += step) made.emplace_back(reading_record(s, s));
        append(store_, {commit(++id_, std::move(made))});
    }

    static std::vector<std::int64_t> times(const ports::ReadingPage& page) {
        std::vector<std::int64_t> seconds;
        for (const meter::Reading& each : page.readings) seconds.push_back(base::unix_s(each.time));
        return seconds;
    }

    TempDir dir_;
    FakeLoop loop_;
    Database store_ = open_store(dir_);
    std::int64_t id_ = 0;
};

TEST_F(ReaderTest, GivesReadingsWholeFromInclusiveToExclusive) {
    meter::Reading odd = reading(20, 20, 3);
    odd.time_is_receipt = true;
    odd.advance = {7};
    odd.kind = meter::ReadingKind::CatchUp;
    append(store_,
           {commit(1, {reading_record(10, 10), ports::ReadingRecord{kSensor, odd, {}}, reading_record(30, 30)})});
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    EXPECT_EQ(times(page(reader, {kSensor, at_s(10), at_s(30), 10, {}})), (std::vector<std::int64_t>{10, 20}));
    EXPECT_EQ(page(reader, {kSensor, at_s(20), at_s(21), 10, {}}).readings.at(0), odd);
    EXPECT_TRUE(page(reader, {kBridge, at_s(10), at_s(30), 10, {}}).readings.empty());
}

TEST_F(ReaderTest, PagesMeetWithoutGapOrOverlap) {
    append(store_, {commit(++id_, {reading_record(10, 1), reading_record(10, 2), reading_record(10, 3, 2),
                                   reading_record(11, 3), reading_record(12, 4)})});
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    std::vector<meter::Reading> all;
    ports::ReadingQuery query{kSensor, at_s(0), at_s(100), 2, {}};
    int pages = 0;
    do {
        const ports::ReadingPage got = page(reader, query);
        all.insert(all.end(), got.readings.begin(), got.readings.end());
        query.cursor = got.next_cursor;
        ASSERT_LT(++pages, 10);
    } while (query.cursor);
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(all, page(reader, {kSensor, at_s(0), at_s(100), 100, {}}).readings);
    EXPECT_EQ(all.size(), 5U);
}

TEST_F(ReaderTest, LastFullPageHasNoCursor) {
    store_readings(1, 4, 1);
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    EXPECT_EQ(page(reader, {kSensor, at_s(0), at_s(100), 4, {}}).next_cursor, std::nullopt);
    EXPECT_NE(page(reader, {kSensor, at_s(0), at_s(100), 3, {}}).next_cursor, std::nullopt);
}

TEST_F(ReaderTest, CursorHoldsWhileReadingsAreAdded) {
    store_readings(10, 50, 10);
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    ports::ReadingQuery query{kSensor, at_s(0), at_s(100), 2, {}};
    const ports::ReadingPage first = page(reader, query);
    EXPECT_EQ(times(first), (std::vector<std::int64_t>{10, 20}));
    store_readings(5, 45, 10);  // some before the cursor, some after it
    query.cursor = first.next_cursor;
    query.limit = 100;
    EXPECT_EQ(times(page(reader, query)), (std::vector<std::int64_t>{25, 30, 35, 40, 45, 50}));
}

TEST_F(ReaderTest, ForeignCursorIsRefused) {
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    for (const char* cursor : {"", "x", "1.2", "1.2.3.4", "1.2.", "99999999999999999999.1.1", "1.2.3 "}) {
        EXPECT_FALSE(try_page(reader, {kSensor, at_s(0), at_s(9), 10, cursor})) << cursor;
    }
}

TEST_F(ReaderTest, CursorCannotReachBeforeTheRange) {
    store_readings(1, 9, 1);
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    EXPECT_EQ(times(page(reader, {kSensor, at_s(5), at_s(7), 10, "0.0.0"})), (std::vector<std::int64_t>{5, 6}));
}

TEST_F(ReaderTest, PageIsNeverLongerThanTheLimitOrEmptyForLimitZero) {
    store_readings(1, 3, 1);
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    EXPECT_EQ(page(reader, {kSensor, at_s(0), at_s(9), 0, {}}).readings.size(), 1U);
}

TEST_F(ReaderTest, PageBringsTheSensorsCalibrations) {
    append(store_, {calibrated(kSensor, 100, 30'000), calibrated(kSensor, 200, 40'000), calibrated(kBridge, 150, 7)});
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    const meter::CalibrationTable got = page(reader, {kSensor, at_s(0), at_s(9), 1, {}}).calibration;
    EXPECT_EQ(got.entries(), (std::vector<meter::CalibrationEntry>{{at_s(100), {30'000}}, {at_s(200), {40'000}}}));
}

TEST_F(ReaderTest, AnswersUsage) {
    store_readings(900, 1000, 10);
    Reader reader(dir_.database(), loop_.post());
    reader.start();
    std::optional<base::Result<ports::UsageAnswer, base::Error>> answer;
    reader.usage({kSensor, at_s(0), at_s(3600), base::CalendarUnit::Hour, {}},
                 [&](auto result) { answer = std::move(result); });
    ASSERT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
    ASSERT_TRUE(*answer);
    EXPECT_EQ((*answer)->buckets.at(0).peaks.value, 100);
}

TEST_F(ReaderTest, FullQueueAnswersBusyAndStopAnswersTheRest) {
    std::promise<void> entered;
    std::promise<void> release;
    // The loop of this test stops the only reader thread in its first answer, so that questions pile up.
    std::atomic<int> posts = 0;
    const auto post = [&, inner = loop_.post(), gate = release.get_future().share()](std::function<void()> function) {
        if (posts++ == 0) {
            entered.set_value();
            gate.wait();
        }
        inner(std::move(function));
    };
    Reader reader(dir_.database(), post, {.threads = 1, .questions = 2});
    reader.start();
    std::vector<std::string> answers(4);
    int answered = 0;
    const auto ask = [&](std::size_t i) {
        reader.readings({kSensor, at_s(0), at_s(9), 1, {}}, [&answers, &answered, i](auto result) {
            ++answered;
            answers[i] = result ? "ok" : result.error().message;
        });
    };
    ask(0);
    entered.get_future().wait();
    for (std::size_t i = 1; i < 4; ++i) ask(i);
    ASSERT_TRUE(loop_.run_until([&] { return answered == 1; }));
    EXPECT_NE(answers[3].find("too many questions"), std::string::npos) << answers[3];
    auto stopped = std::async(std::launch::async, [&] { reader.stop(); });
    release.set_value();
    stopped.wait();
    ASSERT_TRUE(loop_.run_until([&] { return answered == 4; }));
    EXPECT_EQ(answers[0], "ok");
    for (const std::size_t i : {1U, 2U}) {
        EXPECT_TRUE(answers[i] == "ok" || answers[i].find("stopping") != std::string::npos) << answers[i];
    }
    EXPECT_FALSE(try_page(reader, {kSensor, at_s(0), at_s(9), 1, {}}));
}

TEST_F(ReaderTest, MissingFileIsAnAnswerNotAnEnd) {
    Reader reader(dir_.path() + "/missing.db", loop_.post());
    reader.start();
    const auto answer = try_page(reader, {kSensor, at_s(0), at_s(9), 1, {}});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().message.find("missing.db"), std::string::npos);
}

TEST_F(ReaderTest, ReadersAndTheWriterWorkAtTheSameTime) {
    const FakeClock clock;
    FakeLoop writes;
    WriterLimits limits;
    limits.idle = base::Milliseconds{1};
    limits.batch_entries = 7;
    const std::string path = dir_.database();
    Writer writer(std::move(store_), dir_.settings(), clock, writes.post(), limits);
    Reader reader(path, loop_.post());
    writer.start();
    reader.start();
    int stored = 0;
    int answered = 0;
    std::size_t longest = 0;
    for (std::int64_t id = 1; id <= 200; ++id) {
        ASSERT_TRUE(writer.commit(commit(id, {reading_record(id, id)}), [&](bool durable) { stored += durable; }));
        if (id % 10 != 0) continue;
        reader.readings({kSensor, at_s(0), at_s(1'000), 1'000, {}}, [&](auto result) {
            ASSERT_TRUE(result) << result.error().message;
            ++answered;
            longest = std::max(longest, result->readings.size());
        });
        writes.run_posted();
    }
    ASSERT_TRUE(writes.run_until([&] { return stored == 200; }));
    ASSERT_TRUE(loop_.run_until([&] { return answered == 20; }));
    EXPECT_LE(longest, 200U);
    EXPECT_EQ(page(reader, {kSensor, at_s(0), at_s(1'000), 1'000, {}}).readings.size(), 200U);
    reader.stop();
    writer.stop();
}

}  // namespace
}  // namespace millrace::store::test
