#include "store/export.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

const base::DeviceId kOther = device("0000000000000001");

ports::ReadingQuery readings_of(const base::DeviceId& sensor) {
    ports::ReadingQuery query;
    query.sensor = sensor;
    query.from = at_s(0);
    query.to = at_s(2'000'000'000);
    return query;
}

TEST(ExportSource, SaysWhereThereIsNoStore) {
    const TempDir dir;
    const auto source = ExportSource::open(dir.database());
    ASSERT_FALSE(source);
    EXPECT_NE(source.error().message.find("there is no store in " + dir.state_dir()), std::string::npos);
}

TEST(ExportSource, RefusesAFormatThatIsNotThisVersions) {
    const TempDir dir;
    { open_store(dir); }
    { SQLite::Database(dir.database(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99"); }
    EXPECT_FALSE(ExportSource::open(dir.database()));
}

TEST(ExportSource, ListsSensorsWithReadingsAndTheirSpan) {
    const TempDir dir;
    Database store = open_store(dir);
    ports::ReadingRecord other = reading_record(1'700'000'500, 9);
    other.sensor = kOther;
    ports::DeviceRecord bridge;
    bridge.id = kBridge;
    append(store, {commit(1, {reading_record(1'700'000'900, 2), reading_record(1'700'000'000, 1), other, bridge})});
    auto source = ExportSource::open(dir.database());
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ(source->sensors().value(), (std::vector{kOther, kSensor}));
    const auto span = source->readings_span(kSensor).value();
    ASSERT_TRUE(span);
    EXPECT_EQ(span->first, at_s(1'700'000'000));
    EXPECT_EQ(span->last, at_s(1'700'000'900));
    EXPECT_FALSE(source->readings_span(kBridge).value());
}

TEST(ExportSource, SeesWhatIsWrittenMeanwhileAndHoldsNothingUp) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1, {reading_record(1'700'000'000, 1)})});
    auto source = ExportSource::open(dir.database());
    ASSERT_TRUE(source);
    EXPECT_EQ(source->readings(readings_of(kSensor)).value().readings.size(), 1U);
    append(store, {commit(2, {reading_record(1'700'000'100, 2)})});
    // With a read transaction left open, the log could not be emptied.
    EXPECT_TRUE(store.checkpoint());
    EXPECT_EQ(source->readings(readings_of(kSensor)).value().readings.size(), 2U);
    EXPECT_EQ(source->frames(0, 10).value().size(), 2U);
    EXPECT_TRUE(store.checkpoint());
}

TEST(ExportSource, FramesComeInPagesAsTheyWere) {
    const TempDir dir;
    Database store = open_store(dir);
    ports::Frame large = frame(3);
    large.payload.assign(2U << 20, 0x55);
    large.bridge = std::nullopt;
    append(store, {commit(1), commit(2), ports::Commit{large, {}}, commit(4)});
    auto source = ExportSource::open(dir.database());
    ASSERT_TRUE(source);
    const auto first = source->frames(0, 2).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[1].id, 2);
    EXPECT_EQ(first[1].direction, base::Direction::ToBridge);
    EXPECT_EQ(first[1].payload, frame(2).payload);
    const auto second = source->frames(2, 10).value();
    ASSERT_EQ(second.size(), 1U) << "a page ends when it is full of bytes";
    EXPECT_EQ(second[0].bridge, std::nullopt);
    EXPECT_EQ(source->frames(3, 10).value().size(), 1U);
    EXPECT_TRUE(source->frames(4, 10).value().empty());
}

}  // namespace
}  // namespace millrace::store::test
