#include "store/learning_loader.h"

#include <gtest/gtest.h>

#include "detect/sensor_detector.h"
#include "little_house.h"

namespace millrace::store::test {
namespace {

constexpr std::int64_t kMemory = detect::SensorDetector::kMemory.count();
constexpr std::int64_t kNewest = 1'700'000'000;

std::vector<std::int64_t> totals(const std::vector<meter::Reading>& readings) {
    std::vector<std::int64_t> found;
    for (const meter::Reading& each : readings) found.push_back(each.total.value);
    return found;
}

TEST(LearningReadings, AreThoseOfTheDetectorsMemoryBeforeTheNewestInOrderOfArrival) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {commit(1, {reading_record(kNewest - kMemory - 1, 1), reading_record(kNewest - kMemory, 2),
                              reading_record(kNewest - 10, 5), reading_record(kNewest - 20, 4),
                              reading_record(kNewest, 6), reading_record(kNewest - 5, 2, 2)})});
    const auto learning = store.load().value().learning_readings;
    ASSERT_EQ(learning.size(), 1U);
    EXPECT_EQ(learning[0].first, kSensor);
    EXPECT_EQ(totals(learning[0].second), (std::vector<std::int64_t>{2, 5, 4, 6, 2}));
}

TEST(LearningReadings, EachSensorHasItsOwnNewestAndComesWhole) {
    const TempDir dir;
    Database store = open_store(dir);
    meter::Reading odd = reading(1'000, 20, 3);
    odd.time_is_receipt = true;
    odd.advance = {7};
    odd.kind = meter::ReadingKind::CatchUp;
    append(store, {commit(1, {reading_record(kNewest, 6), ports::ReadingRecord{kOtherSensor, odd, {}}})});
    const auto learning = store.load().value().learning_readings;
    ASSERT_EQ(learning.size(), 2U);
    EXPECT_EQ(learning[1].first, kOtherSensor);
    EXPECT_EQ(learning[1].second, std::vector{odd});
}

TEST(LearningReadings, AreTheSameAfterARebuild) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse house({"k"});
    append_live(store, house, house_days(400));
    const auto before = store.load().value().learning_readings;
    LittleHouse again({"k"});
    rebuild(store, again);
    const auto after = store.load().value().learning_readings;
    ASSERT_EQ(before.size(), 2U);
    EXPECT_GT(before[0].second.size(), 100U);
    EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace millrace::store::test
