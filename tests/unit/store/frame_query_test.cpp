#include "store/frame_query.h"

#include <gtest/gtest.h>

#include "sql/open.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

class FrameQueryTest : public ::testing::Test {
protected:
    void store_frames(std::int64_t count) {
        std::vector<Entry> entries;
        for (std::int64_t id = 1; id <= count; ++id) entries.push_back(commit(id));
        append(store_, std::move(entries));
    }
    ports::FramePage ask(const ports::FrameQuery& query = {}) {
        const auto page = read_frames(*sql::open_for_reading(dir_.database()), query);
        EXPECT_TRUE(page);
        return page.value_or(ports::FramePage{});
    }
    static std::vector<std::int64_t> ids(const ports::FramePage& page) {
        std::vector<std::int64_t> numbers;
        for (const auto& item : page.frames) numbers.push_back(item.frame.id);
        return numbers;
    }

    TempDir dir_;
    Database store_ = open_store(dir_);
};

using Ids = std::vector<std::int64_t>;

TEST_F(FrameQueryTest, PagesGoFromTheNewestToTheOldestAndEnd) {
    store_frames(5);
    ports::FrameQuery query;
    query.limit = 2;
    const auto first = ask(query);
    EXPECT_EQ(ids(first), (Ids{5, 4}));
    query.below = first.next_below;
    const auto second = ask(query);
    EXPECT_EQ(ids(second), (Ids{3, 2}));
    query.below = second.next_below;
    const auto last = ask(query);
    EXPECT_EQ(ids(last), (Ids{1}));
    EXPECT_FALSE(last.next_below);
    EXPECT_EQ(last.frames[0].frame.payload, frame(1).payload);
    EXPECT_EQ(last.frames[0].frame.topic, frame(1).topic);
}

TEST_F(FrameQueryTest, KeepsToTheRangeAndTheBridge) {
    store_frames(5);
    ports::FrameQuery query;
    query.from = frame(2).received;
    query.to = frame(4).received;
    EXPECT_EQ(ids(ask(query)), (Ids{3, 2}));
    query.bridge = kBridge;
    EXPECT_EQ(ids(ask(query)), (Ids{3, 2}));
    query.bridge = kSensor;
    EXPECT_TRUE(ask(query).frames.empty());
}

TEST_F(FrameQueryTest, LooksAtSoManyOnlyAndSaysWhereToGoOn) {
    store_frames(1);
    append(store_, {commit(1 + 2 * kFramesLookedAt)});
    ports::FrameQuery query;
    query.to = frame(2).received;
    const auto nothing_yet = ask(query);
    EXPECT_TRUE(nothing_yet.frames.empty());
    ASSERT_TRUE(nothing_yet.next_below);
    query.below = nothing_yet.next_below;
    Ids found;
    for (int pages = 0; pages < 4 && query.below; ++pages) {
        const auto page = ask(query);
        for (const auto id : ids(page)) found.push_back(id);
        query.below = page.next_below;
    }
    EXPECT_EQ(found, (Ids{1}));
    EXPECT_FALSE(query.below);
}

TEST_F(FrameQueryTest, LargeMessagesEndAPageEarly) {
    std::vector<Entry> entries;
    for (std::int64_t id = 1; id <= 40; ++id) {
        ports::Frame large = frame(id);
        large.payload.assign(64 * 1024, 0xaa);
        entries.push_back(ports::Commit{std::move(large), {}});
    }
    append(store_, std::move(entries));
    const auto page = ask();
    EXPECT_EQ(page.frames.size(), kFullFramePageBytes / (64 * 1024));
    EXPECT_EQ(page.next_below, page.frames.back().frame.id);
}

TEST_F(FrameQueryTest, AnEmptyArchiveHasNoPages) {
    const auto page = ask();
    EXPECT_TRUE(page.frames.empty());
    EXPECT_FALSE(page.next_below);
}

}  // namespace
}  // namespace millrace::store::test
