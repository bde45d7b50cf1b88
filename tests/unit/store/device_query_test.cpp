#include "store/device_query.h"

#include <gtest/gtest.h>

#include "sql/open.h"
#include "store/frame_query.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

class DeviceQueryTest : public ::testing::Test {
protected:
    void keep(std::vector<ports::Projection> projections) {
        append(store_, {commit(++frames_, std::move(projections))});
    }
    void keep_frame(std::int64_t id, std::int64_t at, const std::string& topic,
                    base::Direction direction = base::Direction::ToCloud) {
        ports::Frame made = frame(id);
        made.received = at_s(at);
        made.topic = topic;
        made.direction = direction;
        append(store_, {ports::Commit{std::move(made), {}}});
    }
    template <typename Page, typename Query>
    Page ask(base::Result<Page, base::Error> (*read)(const sql::Connection&, const Query&), const Query& query) {
        auto page = read(*sql::open_for_reading(dir_.database()), query);
        EXPECT_TRUE(page);
        return page.value_or(Page{});
    }
    [[nodiscard]] static ports::DeviceQuery of(const base::DeviceId& device, std::size_t limit = 100) {
        ports::DeviceQuery query;
        query.device = device;
        query.limit = limit;
        return query;
    }

    TempDir dir_;
    Database store_ = open_store(dir_);
    std::int64_t frames_ = 0;
};

using Values = std::vector<std::pair<std::uint64_t, std::int64_t>>;

TEST_F(DeviceQueryTest, StatesComeTheNewestFirstWithTheirValues) {
    keep({ports::StateRecord{kSensor, at_s(kNow), at_s(kNow + 2), {{16, -71}, {32, 3012}}},
          ports::StateRecord{kSensor, at_s(kNow + 600), at_s(kNow + 602), {{16, -70}}},
          ports::StateRecord{kBridge, at_s(kNow + 1), at_s(kNow + 2), {{512, -60}}}});
    const auto page = ask(read_states, of(kSensor));
    ASSERT_EQ(page.records.size(), 2U);
    EXPECT_EQ(page.records[0].time, at_s(kNow + 600));
    EXPECT_EQ(page.records[0].received, at_s(kNow + 602));
    EXPECT_EQ(page.records[0].values, (Values{{16, -70}}));
    EXPECT_EQ(page.records[1].values, (Values{{16, -71}, {32, 3012}}));
    EXPECT_EQ(page.records[1].device, kSensor);
    EXPECT_FALSE(page.next);
    EXPECT_TRUE(ask(read_states, of(device("00000000000000AA"))).records.empty());
}

TEST_F(DeviceQueryTest, EventsKeepAllSixtyFourBitsAndWhatWasSaid) {
    keep({ports::EventRecord{kSensor, at_s(kNow), at_s(kNow + 2), std::uint64_t{1} << 63, "x"}});
    const auto page = ask(read_events, of(kSensor));
    ASSERT_EQ(page.records.size(), 1U);
    EXPECT_EQ(page.records[0].type, std::uint64_t{1} << 63);
    EXPECT_EQ(page.records[0].extra, "x");
}

TEST_F(DeviceQueryTest, PagesGoOnAmongEventsOfOneTime) {
    std::vector<ports::Projection> events;
    for (const std::uint64_t type : {1U, 1024U, 16384U, 4U, 8U}) {
        events.emplace_back(ports::EventRecord{kBridge, at_s(kNow + (type == 8 ? 1 : 0)), at_s(kNow + 2), type, ""});
    }
    events.emplace_back(ports::EventRecord{kBridge, at_s(kNow - 60), at_s(kNow + 2), 256, ""});
    keep(std::move(events));
    std::vector<std::uint64_t> seen;
    ports::DeviceQuery query = of(kBridge, 2);
    for (int pages = 0; pages < 5; ++pages) {
        const auto page = ask(read_events, query);
        EXPECT_LE(page.records.size(), 2U);
        for (const auto& record : page.records) seen.push_back(record.type);
        query.after = page.next;
        if (!page.next) break;
    }
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{8, 16384, 1024, 4, 1, 256}));
    EXPECT_FALSE(query.after);
}

TEST_F(DeviceQueryTest, KeepsToTheRange) {
    std::vector<ports::Projection> lines;
    for (std::int64_t i = 0; i < 4; ++i) {
        lines.emplace_back(ports::LogRecord{kBridge, at_s(kNow + i), at_s(kNow), 1, 8, std::to_string(i)});
    }
    keep(std::move(lines));
    ports::DeviceQuery query = of(kBridge);
    query.from = at_s(kNow + 1);
    query.to = at_s(kNow + 3);
    const auto page = ask(read_logs, query);
    ASSERT_EQ(page.records.size(), 2U);
    EXPECT_EQ(page.records[0].text, "2");
    EXPECT_EQ(page.records[1].text, "1");
    EXPECT_EQ(page.records[1].level, 8);
    EXPECT_EQ(page.records[1].type, 1);
}

TEST_F(DeviceQueryTest, LongTextsEndAPageEarlyAndNoneIsLost) {
    constexpr std::size_t kLines = 40;
    constexpr std::size_t kBytes = 64 * 1024;
    std::vector<ports::Projection> lines;
    for (std::size_t i = 0; i < kLines; ++i) {
        lines.emplace_back(
            ports::LogRecord{kBridge, at_s(kNow), at_s(kNow), 1, 8, std::to_string(i) + std::string(kBytes, 'x')});
    }
    keep(std::move(lines));
    const auto first = ask(read_logs, of(kBridge));
    EXPECT_LE(first.records.size(), kFullReportPageBytes / kBytes + 1);
    ASSERT_TRUE(first.next);
    std::size_t lines_seen = first.records.size();
    ports::DeviceQuery query = of(kBridge);
    query.after = first.next;
    while (query.after) {
        const auto page = ask(read_logs, query);
        lines_seen += page.records.size();
        query.after = page.next;
    }
    EXPECT_EQ(lines_seen, kLines);
}

class BootsTest : public DeviceQueryTest {
protected:
    void boot(std::int64_t id, std::int64_t at) {
        keep_frame(id, at, "2/7/12/" + kBridge.str() + "/" + std::to_string(at));
    }
    ports::BootPage boots(std::size_t limit = 100, std::optional<std::int64_t> below = {}) {
        ports::BootQuery query;
        query.device = kBridge;
        query.limit = limit;
        query.below = below;
        return ask(read_boots, query);
    }
};

TEST_F(BootsTest, FramesThatAreRepeatedUntilAnsweredAreOneBoot) {
    keep_frame(1, kNow - 100, "2/1/12/" + kSensor.str() + "/1");
    boot(2, kNow);
    boot(3, kNow + 10);
    keep_frame(4, kNow + 11, "2/7/2/" + kSensor.str() + "/1");
    boot(5, kNow + 20);
    keep_frame(6, kNow + 21, "responses/" + kBridge.str() + "/7/2", base::Direction::ToBridge);
    boot(7, kNow + 3'600);
    const auto page = boots();
    EXPECT_EQ(page.boots, (std::vector<ports::Boot>{{at_s(kNow + 3'600), 1}, {at_s(kNow), 3}}));
    EXPECT_EQ(page.looked_from, at_s(kNow - 100));
    EXPECT_FALSE(page.next_below);
}

TEST_F(BootsTest, PagesDoNotCutABoot) {
    boot(1, kNow);
    boot(2, kNow + 10);
    boot(3, kNow + 1'000);
    boot(4, kNow + 1'010);
    const auto first = boots(1);
    EXPECT_EQ(first.boots, (std::vector<ports::Boot>{{at_s(kNow + 1'000), 2}}));
    ASSERT_TRUE(first.next_below);
    EXPECT_EQ(first.looked_from, at_s(kNow + 1'000));
    const auto second = boots(1, first.next_below);
    EXPECT_EQ(second.boots, (std::vector<ports::Boot>{{at_s(kNow), 2}}));
    EXPECT_FALSE(second.next_below);
}

TEST_F(BootsTest, LooksAtSoManyFramesOnlyAndSaysWhereToGoOn) {
    boot(1, kNow);
    keep_frame(1 + 2 * kFramesLookedAt, kNow + 9'000, "2/1/12/" + kSensor.str() + "/1");
    auto page = boots();
    EXPECT_TRUE(page.boots.empty());
    EXPECT_EQ(page.looked_from, at_s(kNow + 9'000));
    std::vector<ports::Boot> seen;
    for (int pages = 0; pages < 4 && page.next_below; ++pages) {
        page = boots(100, page.next_below);
        seen.insert(seen.end(), page.boots.begin(), page.boots.end());
    }
    EXPECT_EQ(seen, (std::vector<ports::Boot>{{at_s(kNow), 1}}));
}

TEST_F(BootsTest, AnEmptyArchiveTellsNothing) {
    const auto page = boots();
    EXPECT_TRUE(page.boots.empty());
    EXPECT_FALSE(page.looked_from);
    EXPECT_FALSE(page.next_below);
}

TEST_F(DeviceQueryTest, TheOldestReadingOfEachSensorIsFound) {
    EXPECT_TRUE(ask(read_first_readings, EverySensor{}).empty());
    keep({reading_record(kNow + 5, 2), reading_record(kNow, 1), ports::MeterRecord{kSensor, {}, {}},
          ports::MeterRecord{device("00000000000000AA"), {}, {}}});
    const auto first = ask(read_first_readings, EverySensor{});
    EXPECT_EQ(first, (std::map<base::DeviceId, base::WallTime>{{kSensor, at_s(kNow)}}));
}

}  // namespace
}  // namespace millrace::store::test
