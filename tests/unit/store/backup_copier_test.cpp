#include "store/backup_copier.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "store/backup.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

using Made = base::Result<std::shared_ptr<ports::BackupReader>, ports::Backups::Refusal>;

class BackupCopierTest : public ::testing::Test {
protected:
    BackupCopierTest() {
        std::vector<Entry> entries;
        for (std::int64_t id = 1; id <= 500; ++id) entries.push_back(commit(id, {reading_record(1'700'000'000 + id, id)}));
        append(store_, std::move(entries));
    }

    Made make(BackupCopier& copier) {
        std::optional<Made> made;
        copier.make([&](Made answer) { made = std::move(answer); });
        EXPECT_TRUE(loop_.run_until([&] { return made.has_value(); }));
        return std::move(*made);
    }

    std::string read(ports::BackupReader& reader) {
        std::optional<std::string> part;
        reader.read([&](std::string text) { part = std::move(text); });
        EXPECT_TRUE(loop_.run_until([&] { return part.has_value(); }));
        return std::move(*part);
    }

    std::set<std::string> names_in_state_dir() {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(dir_.state_dir())) {
            names.insert(entry.path().filename());
        }
        return names;
    }

    TempDir dir_;
    FakeLoop loop_;
    Database store_ = open_store(dir_);
};

TEST_F(BackupCopierTest, GivesAWholeBackupPartByPart) {
    BackupCopier copier(dir_.database(), loop_.post(), {0, 4096});
    const Made made = make(copier);
    ASSERT_TRUE(made) << made.error().why;
    std::string all;
    int parts = 0;
    for (std::string part = read(**made); !part.empty(); part = read(**made)) {
        EXPECT_LE(part.size(), 4096U);
        all += part;
        ++parts;
    }
    EXPECT_EQ(static_cast<std::int64_t>(all.size()), (*made)->bytes());
    EXPECT_GT(parts, 5);
    const std::string file = dir_.path() + "/downloaded";
    std::ofstream(file, std::ios::binary) << all;
    const auto checked = check_backup(file);
    ASSERT_TRUE(checked) << checked.error().message;
    EXPECT_EQ(checked->frames, 500);
}

TEST_F(BackupCopierTest, LeavesNothingBesideTheStore) {
    const auto before = names_in_state_dir();
    std::ofstream(dir_.database() + ".download") << "of a daemon that was killed";
    BackupCopier copier(dir_.database(), loop_.post());
    const Made made = make(copier);
    ASSERT_TRUE(made) << made.error().why;
    EXPECT_EQ(names_in_state_dir(), before) << "while it can still be read";
    EXPECT_FALSE(read(**made).empty());
}

TEST_F(BackupCopierTest, MakesOneAtATime) {
    BackupCopier copier(dir_.database(), loop_.post());
    Made first = make(copier);
    ASSERT_TRUE(first);
    const Made second = make(copier);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().busy);
    first->reset();
    EXPECT_TRUE(make(copier));
}

TEST_F(BackupCopierTest, RefusesWhereItWouldLeaveTheStoreNoRoom) {
    BackupCopier copier(dir_.database(), loop_.post(), {std::uintmax_t{1} << 60, 4096});
    const Made made = make(copier);
    ASSERT_FALSE(made);
    EXPECT_FALSE(made.error().busy);
    EXPECT_NE(made.error().why.find("make room"), std::string::npos) << made.error().why;
    // A refusal holds nothing up.
    EXPECT_FALSE(make(copier).error().busy);
}

TEST_F(BackupCopierTest, SaysWhyThereIsNone) {
    BackupCopier copier(dir_.path() + "/nowhere/millrace.db", loop_.post(), {0, 4096});
    const Made made = make(copier);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().why.find("was not made"), std::string::npos) << made.error().why;
}

TEST_F(BackupCopierTest, StopBreaksOffWhatIsBeingRead) {
    BackupCopier copier(dir_.database(), loop_.post(), {0, 4096});
    const Made made = make(copier);
    ASSERT_TRUE(made);
    EXPECT_EQ(read(**made).size(), 4096U);
    copier.stop();
    EXPECT_EQ(read(**made), "");
}

TEST(Backup, GivesUpWhenItIsCancelled) {
    const TempDir dir;
    Database store = open_store(dir);
    std::vector<Entry> entries;
    for (std::int64_t id = 1; id <= 20'000; ++id) entries.push_back(commit(id));
    append(store, std::move(entries));
    const std::atomic<bool> cancelled{true};
    const std::string file = dir.path() + "/a.backup";
    EXPECT_FALSE(back_up(dir.database(), file, {}, &cancelled));
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(file + ".unfinished"));
}

}  // namespace
}  // namespace millrace::store::test
