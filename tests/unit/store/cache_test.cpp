// How much of the file the writer keeps in memory, by what it writes.
#include <gtest/gtest.h>

#include <filesystem>

#include "store_fixture.h"

namespace millrace::store::test {
namespace {

// The log after a few thousand frames of one kilobyte each, in small commits.
std::uintmax_t log_bytes(std::int64_t cache_megabytes) {
    const TempDir dir;
    Settings settings = dir.settings();
    settings.cache_megabytes = cache_megabytes;
    auto database = Database::open(settings);
    if (!database) throw std::runtime_error(database.error().message);
    ports::Frame frame;
    frame.received = base::from_unix_s(1'700'000'000);
    frame.topic = "2/1/2/61DA80B500000001/1700000000";
    frame.payload = base::Bytes(1'000, 7);
    for (int commit = 0; commit < 500; ++commit) {
        std::vector<Entry> entries;
        for (int i = 0; i < 10; ++i) {
            ++frame.id;
            entries.emplace_back(ports::Commit{frame, {}});
        }
        EXPECT_TRUE(database->append(entries));
    }
    return std::filesystem::file_size(dir.database() + "-wal");
}

TEST(Cache, AHousesLogStaysSmallAndAFleetsGathersMore) {
    constexpr std::uintmax_t kHousesMost = 6'000'000;  // a thousand pages, and what one commit adds
    const std::uintmax_t house = log_bytes(0);
    EXPECT_LE(house, kHousesMost);
    EXPECT_GT(log_bytes(64), house + 1'000'000);
}

}  // namespace
}  // namespace millrace::store::test
