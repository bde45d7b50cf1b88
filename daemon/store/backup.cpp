#include "store/backup.h"

#include <filesystem>
#include <system_error>

#include "sql/address.h"
#include "sql/sqlite.h"
#include "sql/statement.h"
#include "store/fault.h"
#include "store/schema.h"
#include "store/whole_file.h"

namespace millrace::store {
namespace {

constexpr const char* kFilesTable =
    "CREATE TABLE backup_files (path TEXT PRIMARY KEY, mode INTEGER NOT NULL, content BLOB NOT NULL) STRICT";

base::Error not_made(const std::string& file, const std::string& why) {
    return {"the backup " + file + " was not made: " + why};
}

// Which of the two files the trouble is about, SQLite does not say; its kind tells.
base::Error not_made(const std::string& file, const std::string& database, const sql::Error& exception) {
    const Fault::Cause cause = fault_of(exception, file).cause;
    const bool in_copy = cause == Fault::Cause::DiskFull || cause == Fault::Cause::InputOutput;
    return not_made(file, fault_of(exception, in_copy ? file : database).message);
}

void add_files(sql::Sqlite& copy, const std::vector<BackupFile>& files) {
    if (files.empty()) return;
    // The journal beside the file would hold nothing worth keeping.
    (void)copy.text("PRAGMA journal_mode = MEMORY");
    sql::Transaction transaction(copy);
    copy.execute(kFilesTable);
    sql::Statement insert(copy, "INSERT INTO backup_files (path, mode, content) VALUES (?, ?, ?)");
    for (const BackupFile& each : files) {
        insert.run(each.path, std::int64_t{each.mode}, base::ByteView(each.content));
    }
    transaction.commit();
}

std::vector<BackupFile> read_files(sql::Connection& copy) {
    std::vector<BackupFile> files;
    if (!copy.has_table("backup_files")) return files;
    sql::Statement rows(copy,
                        "SELECT path, mode, content FROM backup_files WHERE length(content) <= ?"
                        " ORDER BY path LIMIT ?");
    rows.bind_all(static_cast<std::int64_t>(kMaxBackupFileBytes), static_cast<std::int64_t>(kMaxBackupFiles));
    while (rows.step()) {
        const base::ByteView content = rows.bytes(2);
        files.push_back(
            {rows.text(0), static_cast<std::uint32_t>(rows.integer(1)), base::Bytes(content.begin(), content.end())});
    }
    return files;
}

// Nothing when all is well, else the first complaint.
std::optional<std::string> damage_of(sql::Sqlite& copy) {
    const std::string said = copy.text("PRAGMA integrity_check(1)");
    return said == "ok" ? std::nullopt : std::optional(said);
}

base::Result<BackupContent, base::Error> content_of(const std::string& file,
                                                    const std::atomic<bool>* cancelled = nullptr) {
    const auto refuse = [&file](const std::string& why) { return base::failure(base::Error{file + " " + why}); };
    try {
        const auto copy = sql::Sqlite::open_for_reading(file);
        copy->interrupt_when(cancelled);
        BackupContent content;
        content.version = static_cast<int>(copy->number("PRAGMA user_version"));
        if (copy->number("PRAGMA application_id") != kApplicationId || content.version < 1) {
            return refuse("is no backup of a Millrace store");
        }
        if (content.version > static_cast<int>(migrations().size())) {
            return refuse("was made by a newer Millrace (format " + std::to_string(content.version) +
                          ", this one knows " + std::to_string(migrations().size()) +
                          "); restore it with that version");
        }
        if (const auto damage = damage_of(*copy)) return refuse("is damaged (SQLite says: " + *damage + ")");
        sql::Statement frames(*copy, "SELECT count(*), max(received_ms) FROM frames");
        (void)frames.step();
        content.frames = frames.integer(0);
        if (!frames.is_null(1)) content.newest_frame = frames.time_at(1);
        content.files = read_files(*copy);
        content.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
        return content;
    } catch (const sql::Error& exception) {
        switch (fault_of(exception, file).cause) {
            case Fault::Cause::Damaged:
            case Fault::Cause::NotADatabase: return refuse("is damaged, or no backup of a Millrace store");
            case Fault::Cause::ReadOnly:
                return refuse("cannot be read (SQLite says: " + std::string(exception.what()) + ")");
            default: return base::failure(base::Error{fault_of(exception, file).message});
        }
    } catch (const std::filesystem::filesystem_error& error) {
        return refuse("cannot be read: " + error.code().message());
    }
}

// An absolute path is never taken for a URI.
std::string absolute(const std::string& file) {
    std::error_code ignored;
    const auto path = std::filesystem::absolute(file, ignored);
    return path.empty() ? file : path.lexically_normal().string();
}

}  // namespace

base::Result<BackupContent, base::Error> back_up(const std::string& database_path, const std::string& file,
                                                 const std::vector<BackupFile>& files,
                                                 const std::atomic<bool>* cancelled) {
    if (sql::is_server(database_path)) {
        return base::failure(base::Error{"the store is on a server, " + sql::shown(database_path) +
                                         ", whose own tools make copies of it, such as pg_dump"});
    }
    if (files.size() > kMaxBackupFiles) return base::failure(not_made(file, "too many files are to go into it"));
    constexpr std::uint32_t kMode = 0600;
    auto unfinished = UnfinishedFile::create(absolute(file), kMode);
    if (!unfinished) return base::failure(not_made(file, unfinished.error().message));
    try {
        const auto store = sql::Sqlite::open_for_reading(absolute(database_path));
        store->interrupt_when(cancelled);
        if (auto checked = check_format(*store, database_path); !checked) {
            return base::failure(not_made(file, checked.error().message));
        }
        store->copy_to(unfinished->path());
        add_files(*sql::Sqlite::open_for_writing(unfinished->path()), files);
    } catch (const sql::Error& exception) {
        return base::failure(not_made(file, database_path, exception));
    }
    auto content = content_of(unfinished->path(), cancelled);
    if (!content) return base::failure(not_made(file, content.error().message));
    if (auto done = unfinished->finish(); !done) return base::failure(not_made(file, done.error().message));
    return content;
}

base::Result<BackupContent, base::Error> check_backup(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return base::failure(base::Error{file + " is not there, or is no file"});
    }
    return content_of(absolute(file));
}

}  // namespace millrace::store
