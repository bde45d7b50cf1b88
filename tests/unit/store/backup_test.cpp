#include "store/backup.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "store/backup_files.h"
#include "store/restore.h"
#include "store/schema.h"
#include "store_fixture.h"

namespace millrace::store::test {
namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

bool exists(const std::string& path) {
    return std::filesystem::exists(std::filesystem::symlink_status(path));
}

void fill(Database& store, std::int64_t from, std::int64_t to) {
    std::vector<Entry> entries;
    for (std::int64_t id = from; id <= to; ++id) {
        entries.push_back(commit(id, {reading_record(1'700'000'000 + id, id)}));
    }
    append(store, std::move(entries));
}

const BackupFile kKey{"/etc/millrace/bridge.key", 0600, base::to_bytes("no-real-key-0123456789abcdef")};

Settings in(const std::string& folder) {
    Settings settings;
    settings.state_dir = folder;
    return settings;
}

TEST(Backup, HoldsTheStoreAndNobodyElseMayReadIt) {
    const TempDir dir;
    Database store = open_store(dir);
    fill(store, 1, 20);
    const std::string file = dir.path() + "/a.backup";
    const auto made = back_up(dir.database(), file);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->frames, 20);
    EXPECT_EQ(made->newest_frame, frame(20).received);
    EXPECT_EQ(made->bytes, static_cast<std::int64_t>(std::filesystem::file_size(file)));
    EXPECT_EQ(mode_of(file), 0600U);
    EXPECT_FALSE(exists(file + ".unfinished"));
    EXPECT_FALSE(exists(file + "-wal"));
    SQLite::Database copy(file);
    EXPECT_FALSE(copy.tableExists("backup_files"));
    EXPECT_EQ(copy.execAndGet("SELECT count(*) FROM readings").getInt(), 20);
}

TEST(Backup, IsOneMomentOfAStoreThatIsBeingWritten) {
    const TempDir dir;
    Database store = open_store(dir);
    fill(store, 1, 2'000);
    std::atomic<bool> stop{false};
    std::atomic<std::int64_t> last{2'000};
    std::thread writer([&] {
        while (!stop) {
            const std::int64_t id = last + 1;
            append(store, {commit(id, {reading_record(1'700'000'000 + id, id)})});
            last = id;
        }
    });
    for (int i = 0; i < 5; ++i) {
        const std::int64_t before = last;
        const std::string file = dir.path() + "/" + std::to_string(i);
        const auto made = back_up(dir.database(), file);
        const std::int64_t after = last + 1;  // one may be between being written and being counted
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        if (!made) break;
        EXPECT_GE(made->frames, before);
        EXPECT_LE(made->frames, after);
        SQLite::Database copy(file);
        EXPECT_EQ(copy.execAndGet("SELECT count(*) FROM readings").getInt64(), made->frames);
    }
    const bool went_on = last > 2'000;
    stop = true;
    writer.join();
    EXPECT_TRUE(went_on);
}

TEST(Backup, RefusesToOverwriteAndLeavesWhatIsThere) {
    const TempDir dir;
    Database store = open_store(dir);
    const std::string file = dir.path() + "/there";
    write(file, "precious");
    const auto made = back_up(dir.database(), file);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("exists already"), std::string::npos) << made.error().message;
    EXPECT_EQ(text_of(file), "precious");
}

TEST(Backup, TakesOverWhatADeadOneLeftBehind) {
    const TempDir dir;
    Database store = open_store(dir);
    fill(store, 1, 3);
    const std::string file = dir.path() + "/a";
    write(file + ".unfinished", std::string(100'000, 'x'));
    ASSERT_TRUE(back_up(dir.database(), file));
    EXPECT_EQ(check_backup(file).value().frames, 3);
}

TEST(Backup, OfADamagedStoreIsNotMade) {
    const TempDir dir;
    { fill(*std::make_unique<Database>(open_store(dir)), 1, 500); }
    const auto size = std::filesystem::file_size(dir.database());
    {
        std::fstream file(dir.database(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(size / 2));
        file << std::string(8'192, '\x5a');
    }
    const std::string file = dir.path() + "/a";
    const auto made = back_up(dir.database(), file);
    ASSERT_FALSE(made);
    EXPECT_FALSE(exists(file));
    EXPECT_FALSE(exists(file + ".unfinished"));
}

TEST(Backup, IntoAMissingFolderSaysSo) {
    const TempDir dir;
    Database store = open_store(dir);
    const auto made = back_up(dir.database(), dir.path() + "/no/such/folder/a");
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("No such file"), std::string::npos) << made.error().message;
}

TEST(Backup, KeepsFilesWithTheirModes) {
    const TempDir dir;
    Database store = open_store(dir);
    const std::string file = dir.path() + "/a";
    ASSERT_TRUE(
        back_up(dir.database(), file, {kKey, {"/etc/millrace/millrace.yaml", 0644, base::to_bytes("version: 1")}}));
    const auto content = check_backup(file).value();
    ASSERT_EQ(content.files.size(), 2U);
    EXPECT_EQ(content.files[0].path, kKey.path);
    EXPECT_EQ(content.files[0].mode, 0600U);
    EXPECT_EQ(content.files[0].content, kKey.content);
    EXPECT_EQ(content.files[1].mode, 0644U);
}

TEST(CheckBackup, RefusesWhatIsNoBackup) {
    const TempDir dir;
    const std::string file = dir.path() + "/x";
    EXPECT_FALSE(check_backup(file));
    EXPECT_FALSE(check_backup(dir.path()));
    write(file, "");
    EXPECT_NE(check_backup(file).error().message.find("no backup"), std::string::npos)
        << check_backup(file).error().message;
    write(file, std::string(5'000, 'x'));
    EXPECT_FALSE(check_backup(file));
    std::filesystem::remove(file);
    { SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE frames (received_ms)"); }
    EXPECT_NE(check_backup(file).error().message.find("no backup"), std::string::npos);
}

TEST(CheckBackup, RefusesWhatANewerVersionMade) {
    const TempDir dir;
    { open_store(dir); }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file));
    { SQLite::Database(file, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99"); }
    EXPECT_NE(check_backup(file).error().message.find("newer Millrace (format 99"), std::string::npos);
}

TEST(CheckBackup, FindsDamage) {
    const TempDir dir;
    {
        Database store = open_store(dir);
        fill(store, 1, 500);
    }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file));
    const auto size = std::filesystem::file_size(file);
    int found = 0;
    for (std::uintmax_t page = 4'096; page < size; page += 4'096) {
        const std::string whole = text_of(file);
        std::string broken = whole;
        broken.replace(static_cast<std::size_t>(page), 16, std::string(16, '\x7f'));  // the page's own header
        write(file, broken);
        if (!check_backup(file)) ++found;
        write(file, whole);
    }
    EXPECT_EQ(found, static_cast<int>(size / 4'096) - 1);
    EXPECT_TRUE(check_backup(file));
}

TEST(Restore, GivesTheSameStoreElsewhere) {
    const TempDir dir;
    Database store = open_store(dir);
    fill(store, 1, 50);
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file, {kKey}));
    const std::string elsewhere = dir.path() + "/new/house";
    ASSERT_TRUE(restore(file, in(elsewhere), Existing::Refuse));
    auto moved = Database::open(in(elsewhere));
    ASSERT_TRUE(moved) << moved.error().message;
    EXPECT_EQ(moved->projection_digest().value(), store.projection_digest().value());
    EXPECT_EQ(moved->load().value().last_frame_id, 50);
    append(*moved, {commit(51)});
    // What is set only once in a file's life came along.
    SQLite::Database there(elsewhere + "/millrace.db");
    SQLite::Database here(dir.database());
    for (const char* setting :
         {"PRAGMA auto_vacuum", "PRAGMA page_size", "PRAGMA application_id", "PRAGMA user_version"}) {
        EXPECT_EQ(there.execAndGet(setting).getInt(), here.execAndGet(setting).getInt()) << setting;
    }
}

TEST(Restore, LeavesNoFilesAndNoSecretsInTheStore) {
    const TempDir dir;
    { open_store(dir); }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file, {kKey}));
    EXPECT_NE(text_of(file).find("no-real-key"), std::string::npos);
    const std::string elsewhere = dir.path() + "/new";
    ASSERT_TRUE(restore(file, in(elsewhere), Existing::Refuse));
    {
        SQLite::Database moved(elsewhere + "/millrace.db");
        EXPECT_FALSE(moved.tableExists("backup_files"));
    }
    EXPECT_EQ(mode_of(elsewhere + "/millrace.db"), 0640U);
    std::vector<std::string> left;
    for (const auto& each : std::filesystem::directory_iterator(elsewhere)) {
        left.push_back(each.path().filename().string());
        EXPECT_EQ(text_of(each.path().string()).find("no-real-key"), std::string::npos) << left.back();
    }
    std::sort(left.begin(), left.end());
    EXPECT_EQ(left, (std::vector<std::string>{"lock", "millrace.db"}));
}

TEST(Restore, RefusesAStateDirectoryWithAStore) {
    const TempDir dir;
    {
        Database store = open_store(dir);
        fill(store, 1, 3);
    }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file));
    const auto refused = restore(file, dir.settings(), Existing::Refuse);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("--force"), std::string::npos) << refused.error().message;
    EXPECT_EQ(open_store(dir).load().value().last_frame_id, 3);
}

TEST(Restore, RefusesWhileTheStoreIsInUse) {
    const TempDir dir;
    Database store = open_store(dir);
    fill(store, 1, 3);
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(dir.database(), file));
    const auto refused = restore(file, dir.settings(), Existing::KeepAside);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("held by another millrace"), std::string::npos) << refused.error().message;
    fill(store, 4, 5);
}

TEST(Restore, KeepsTheStoreThatWasThereAside) {
    const TempDir dir;
    const TempDir other;
    {
        Database store = open_store(dir);
        fill(store, 1, 3);
        Database theirs = open_store(other);
        fill(theirs, 1, 7);
    }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(other.database(), file));
    ASSERT_TRUE(restore(file, dir.settings(), Existing::KeepAside));
    EXPECT_EQ(open_store(dir).load().value().last_frame_id, 7);
    {
        SQLite::Database kept(dir.database() + kKeptAside);
        EXPECT_EQ(kept.execAndGet("SELECT max(id) FROM frames").getInt(), 3);
    }
    // A second time would take the place of what was kept.
    const auto again = restore(file, dir.settings(), Existing::KeepAside);
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find("earlier restore"), std::string::npos);
}

TEST(Restore, KeepsTheLogOfAStoreThatCannotBeOpened) {
    const TempDir dir;
    const TempDir other;
    { open_store(other); }
    const std::string file = dir.path() + "/x";
    ASSERT_TRUE(back_up(other.database(), file));
    std::filesystem::create_directory(dir.state_dir());
    write(dir.database(), std::string(5'000, 'x'));
    write(dir.database() + "-wal", "its log");
    ASSERT_TRUE(restore(file, dir.settings(), Existing::KeepAside));
    EXPECT_EQ(open_store(dir).load().value().last_frame_id, 0);
    EXPECT_EQ(text_of(dir.database() + kKeptAside), std::string(5'000, 'x'));
    EXPECT_EQ(text_of(dir.database() + kKeptAside + "-wal"), "its log");
}

TEST(PutFiles, WritesBelowTheFolderWithModes) {
    const TempDir dir;
    const std::string folder = dir.path() + "/out";
    ASSERT_TRUE(
        put_files({kKey, {"relative.yaml", 0644, base::to_bytes("a")}, {"/set", 04755, base::to_bytes("b")}}, folder));
    EXPECT_EQ(text_of(folder + kKey.path), base::as_text(kKey.content));
    EXPECT_EQ(mode_of(folder + kKey.path), 0600U);
    EXPECT_EQ(mode_of(folder + "/relative.yaml"), 0644U);
    struct stat set {};
    ASSERT_EQ(::stat((folder + "/set").c_str(), &set), 0);
    EXPECT_EQ(set.st_mode & 07777, 0755U);
    // The same again is no conflict.
    EXPECT_TRUE(put_files({kKey}, folder));
}

TEST(PutFiles, NeverLeavesTheFolder) {
    const TempDir dir;
    const std::string folder = dir.path() + "/out";
    for (const char* path : {"../escaped", "/a/../../escaped", "a/..", "", "/", ".", "a//b", "a/./b"}) {
        EXPECT_FALSE(put_files({{path, 0600, {1}}}, folder)) << path;
    }
    EXPECT_FALSE(put_files({{std::string("a\0b", 3), 0600, {1}}}, folder));
    // One bad path, and not even the good ones are written.
    EXPECT_FALSE(put_files({{"good", 0600, {1}}, {"../bad", 0600, {1}}}, folder));
    EXPECT_FALSE(exists(folder + "/good"));
    EXPECT_FALSE(exists(dir.path() + "/escaped"));
}

TEST(PutFiles, FollowsNoLinkInsideTheFolder) {
    const TempDir dir;
    const std::string folder = dir.path() + "/out";
    std::filesystem::create_directories(folder);
    std::filesystem::create_directories(dir.path() + "/elsewhere");
    write(dir.path() + "/target", "");
    std::filesystem::create_directory_symlink(dir.path() + "/elsewhere", folder + "/link");
    std::filesystem::create_symlink(dir.path() + "/target", folder + "/file");
    std::filesystem::create_symlink(dir.path() + "/made", folder + "/dangling");
    EXPECT_FALSE(put_files({{"link/x", 0600, {1}}}, folder));
    EXPECT_FALSE(put_files({{"file", 0600, {1}}}, folder));
    EXPECT_FALSE(put_files({{"dangling", 0600, {1}}}, folder));
    EXPECT_FALSE(exists(dir.path() + "/elsewhere/x"));
    EXPECT_EQ(text_of(dir.path() + "/target"), "");
    EXPECT_FALSE(exists(dir.path() + "/made"));
}

TEST(PutFiles, LeavesAnotherFileAlone) {
    const TempDir dir;
    write(dir.path() + "/a", "old");
    EXPECT_FALSE(put_files({{"/a", 0600, base::to_bytes("new")}}, dir.path()));
    EXPECT_EQ(text_of(dir.path() + "/a"), "old");
}

TEST(TakeFile, ReadsFilesOnlyAndNoLargeOnes) {
    const TempDir dir;
    write(dir.path() + "/a", "text");
    std::filesystem::permissions(dir.path() + "/a", std::filesystem::perms::owner_read);
    const auto taken = take_file(dir.path() + "/./a").value();
    EXPECT_EQ(taken.path, dir.path() + "/a");
    EXPECT_EQ(taken.mode, 0400U);
    EXPECT_EQ(base::as_text(taken.content), "text");
    EXPECT_FALSE(take_file(dir.path()));
    EXPECT_FALSE(take_file(dir.path() + "/missing"));
    write(dir.path() + "/large", std::string(kMaxBackupFileBytes + 1, 'x'));
    EXPECT_FALSE(take_file(dir.path() + "/large"));
}

}  // namespace
}  // namespace millrace::store::test
