#include "store/restore.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "sql/sqlite.h"
#include "store/fault.h"
#include "store/move_in.h"
#include "store/schema.h"
#include "store/state_dir.h"
#include "store/whole_file.h"

namespace millrace::store {
namespace {

constexpr std::uint32_t kMode = 0640;  // that of a store

bool has_content(const std::string& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    return !error && size > 0;
}

base::Error cannot_move(const std::string& path, const std::error_code& error) {
    return {path + " cannot be moved aside: " + error.message()};
}

// The log belongs to the file, so a store that can still be opened is made whole first. One that cannot is kept as it
// is: its log goes along, under the name SQLite looks for.
void empty_log(const std::string& database) {
    constexpr std::string_view kMagic{"SQLite format 3\0", 16};
    std::array<char, kMagic.size()> beginning{};
    std::ifstream(database, std::ios::binary).read(beginning.data(), beginning.size());
    if (std::string_view(beginning.data(), beginning.size()) != kMagic) return;  // SQLite would drop its log
    try {
        (void)sql::Sqlite::open_for_writing(database)->number("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const sql::Error&) {
        return;
    }
}

// First the database, then its log: a database must never stand beside the log of another one.
base::Result<void, base::Error> move_aside(const std::string& database) {
    std::error_code error;
    if (has_content(database)) {
        const std::string kept = database + kKeptAside;
        empty_log(database);
        std::filesystem::rename(database, kept, error);
        if (error) return base::failure(cannot_move(database, error));
        if (has_content(database + "-wal")) {
            std::filesystem::rename(database + "-wal", kept + "-wal", error);
            if (error) return base::failure(cannot_move(database + "-wal", error));
        }
    } else {
        std::filesystem::remove(database, error);
    }
    for (const char* end : {"-wal", "-shm", "-journal"}) std::filesystem::remove(database + end, error);
    sync_folder_of(database);
    return {};
}

void copy_store(const std::string& from, const std::string& to) {
    sql::Sqlite::open_for_reading(from)->copy_to(to);
    const auto store = sql::Sqlite::open_for_writing(to);
    (void)store->text("PRAGMA journal_mode = MEMORY");
    if (!store->has_table("backup_files")) return;
    // Keys must not stay behind in pages that are free.
    (void)store->number("PRAGMA secure_delete = ON");
    store->execute("DROP TABLE backup_files");
}

// By way of a copy that is in the newest format, which the backup itself may not be.
base::Result<void, base::Error> restore_on_server(const std::string& file, const StateDir& dir,
                                                  const std::string& server) {
    std::error_code ignored;
    const auto copy = UnfinishedFile::create(
        std::filesystem::absolute(dir.database_path() + ".moving", ignored).lexically_normal().string(), kMode);
    if (!copy) return base::failure(copy.error());
    try {
        copy_store(std::filesystem::absolute(file, ignored).lexically_normal().string(), copy->path());
        const auto store = sql::Sqlite::open_for_writing(copy->path());
        bring_forward(*store);
        return move_in(*store, server);
    } catch (const sql::Error& error) {
        const bool here = error.cause() == sql::Cause::DiskFull || error.cause() == sql::Cause::InputOutput;
        return base::failure(base::Error{fault_of(error, here ? copy->path() : server).message});
    }
}

}  // namespace

base::Result<void, base::Error> restore(const std::string& file, const Settings& settings, Existing existing) {
    const auto dir = StateDir::open(settings.state_dir);
    if (!dir) return base::failure(dir.error());
    if (!settings.server.empty()) return restore_on_server(file, *dir, settings.server);
    std::error_code ignored;
    const std::string database = std::filesystem::absolute(dir->database_path(), ignored).lexically_normal().string();
    if (has_content(database)) {
        if (existing == Existing::Refuse) {
            return base::failure(
                base::Error{"there is a store in " + settings.state_dir +
                            " already; name another directory with --state-dir, or keep that store as millrace.db" +
                            kKeptAside + " with --force"});
        }
        if (std::filesystem::exists(database + kKeptAside, ignored)) {
            return base::failure(
                base::Error{database + kKeptAside + " is there from an earlier restore; move it away first"});
        }
    }
    const std::string copy = database + ".restored";
    std::filesystem::remove(copy, ignored);
    auto unfinished = UnfinishedFile::create(copy, kMode);
    if (!unfinished) return base::failure(unfinished.error());
    try {
        copy_store(std::filesystem::absolute(file, ignored).lexically_normal().string(), unfinished->path());
    } catch (const sql::Error& exception) {
        return base::failure(base::Error{fault_of(exception, unfinished->path()).message});
    }
    if (auto whole = unfinished->finish(); !whole) return whole;
    if (auto moved = move_aside(database); !moved) return moved;
    std::error_code error;
    std::filesystem::rename(copy, database, error);
    if (error) return base::failure(base::Error{database + " cannot be written: " + error.message()});
    dir->sync();
    return {};
}

}  // namespace millrace::store
