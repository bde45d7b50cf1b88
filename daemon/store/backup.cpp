#include "store/backup.h"

#include <filesystem>
#include <system_error>

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include "store/connection.h"
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
base::Error not_made(const std::string& file, const std::string& database, const SQLite::Exception& exception) {
    const Fault::Cause cause = fault_of(exception, file).cause;
    const bool in_copy = cause == Fault::Cause::DiskFull || cause == Fault::Cause::InputOutput;
    return not_made(file, fault_of(exception, in_copy ? file : database).message);
}

void add_files(SQLite::Database& copy, const std::vector<BackupFile>& files) {
    if (files.empty()) return;
    // The journal beside the file would hold nothing worth keeping.
    copy.execAndGet("PRAGMA journal_mode = MEMORY");
    SQLite::Transaction transaction(copy);
    copy.exec(kFilesTable);
    SQLite::Statement insert(copy, "INSERT INTO backup_files (path, mode, content) VALUES (?, ?, ?)");
    for (const BackupFile& each : files) {
        run(insert, each.path, std::int64_t{each.mode}, base::ByteView(each.content));
    }
    transaction.commit();
}

std::vector<BackupFile> read_files(SQLite::Database& copy) {
    std::vector<BackupFile> files;
    if (!copy.tableExists("backup_files")) return files;
    SQLite::Statement rows(copy,
                           "SELECT path, mode, content FROM backup_files WHERE length(content) <= ?"
                           " ORDER BY path LIMIT ?");
    bind_values(rows, static_cast<std::int64_t>(kMaxBackupFileBytes), static_cast<std::int64_t>(kMaxBackupFiles));
    while (rows.executeStep()) {
        const SQLite::Column content = rows.getColumn(2);
        const auto* data = static_cast<const std::uint8_t*>(content.getBlob());
        files.push_back({text_at(rows, 0), static_cast<std::uint32_t>(int_at(rows, 1)),
                         base::Bytes(data, data + content.getBytes())});
    }
    return files;
}

// Nothing when all is well, else the first complaint.
std::optional<std::string> damage_of(SQLite::Database& copy) {
    const std::string said = copy.execAndGet("PRAGMA integrity_check(1)").getString();
    return said == "ok" ? std::nullopt : std::optional(said);
}

base::Result<BackupContent, base::Error> content_of(const std::string& file,
                                                    const std::atomic<bool>* cancelled = nullptr) {
    const auto refuse = [&file](const std::string& why) { return base::failure(base::Error{file + " " + why}); };
    try {
        const auto copy = open_for_reading(file);
        interrupt_when(*copy, cancelled);
        BackupContent content;
        content.version = copy->execAndGet("PRAGMA user_version").getInt();
        if (copy->execAndGet("PRAGMA application_id").getInt() != kApplicationId || content.version < 1) {
            return refuse("is no backup of a Millrace store");
        }
        if (content.version > static_cast<int>(migrations().size())) {
            return refuse("was made by a newer Millrace (format " + std::to_string(content.version) +
                          ", this one knows " + std::to_string(migrations().size()) +
                          "); restore it with that version");
        }
        if (const auto damage = damage_of(*copy)) return refuse("is damaged (SQLite says: " + *damage + ")");
        SQLite::Statement frames(*copy, "SELECT count(*), max(received_ms) FROM frames");
        frames.executeStep();
        content.frames = int_at(frames, 0);
        if (!frames.isColumnNull(1)) content.newest_frame = time_at(frames, 1);
        content.files = read_files(*copy);
        content.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
        return content;
    } catch (const SQLite::Exception& exception) {
        switch (fault_of(exception, file).cause) {
            case Fault::Cause::Damaged: return refuse("is damaged, or no backup of a Millrace store");
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
    if (files.size() > kMaxBackupFiles) return base::failure(not_made(file, "too many files are to go into it"));
    constexpr std::uint32_t kMode = 0600;
    auto unfinished = UnfinishedFile::create(absolute(file), kMode);
    if (!unfinished) return base::failure(not_made(file, unfinished.error().message));
    try {
        const auto store = open_for_reading(absolute(database_path));
        interrupt_when(*store, cancelled);
        if (auto checked = check_format(*store, database_path); !checked) {
            return base::failure(not_made(file, checked.error().message));
        }
        SQLite::Statement copy(*store, "VACUUM INTO ?");
        run(copy, unfinished->path());
        add_files(*open_for_writing(unfinished->path()), files);
    } catch (const SQLite::Exception& exception) {
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
