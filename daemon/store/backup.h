// Backups: the whole store as one SQLite file, made while a daemon may be writing, and the check of such a file.
//
// A backup is made by VACUUM INTO on a read-only connection: one read transaction, so it holds the store as it was at
// one moment. In write-ahead mode a reader never delays a commit; all the daemon notices is that it cannot empty its
// log until the copy is done. The page-by-page backup API was not taken: with pauses between its steps every commit of
// the daemon makes it begin anew, and without them it holds the log just the same, copies free pages too, and passes
// damage on unseen, where VACUUM reads every row and stops.
//
// The copy is written under another name, checked, synced, and only then given its own name, so that a file of that
// name is always whole. Files that belong to the installation (config, keys, passwords) can be put in with it; they
// are in a table of their own, `backup_files`, which a restored store does not have. Of a store on a server there is no
// backup: its own tools make better ones.
//
// Blocking functions, for commands; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace millrace::store {

// A file beside the store, kept in the backup.
struct BackupFile {
    std::string path;  // where it was
    std::uint32_t mode = 0;
    base::Bytes content;
};

// Config files are limited to 256 KiB, keys and certificates are smaller; more is something else.
inline constexpr std::size_t kMaxBackupFileBytes = 1U << 20;
inline constexpr std::size_t kMaxBackupFiles = 1'000;

struct BackupContent {
    int version = 0;  // of the store's format
    std::int64_t frames = 0;
    std::optional<base::WallTime> newest_frame;
    std::int64_t bytes = 0;  // of the file
    std::vector<BackupFile> files;
};

// Writes `file` (mode 0600), which must not exist. A backup cut short leaves `<file>.unfinished`, which the next one
// of that name replaces. Gives up soon after `cancelled` is set, by whichever thread.
[[nodiscard]] base::Result<BackupContent, base::Error> back_up(const std::string& database_path,
                                                               const std::string& file,
                                                               const std::vector<BackupFile>& files = {},
                                                               const std::atomic<bool>* cancelled = nullptr);

// Refuses what is no store of ours, what a newer version wrote, and what is damaged. Reads the whole file.
[[nodiscard]] base::Result<BackupContent, base::Error> check_backup(const std::string& file);

}  // namespace millrace::store
