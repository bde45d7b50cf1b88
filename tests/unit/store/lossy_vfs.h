// A disk that loses power: a SQLite VFS, the default one of the process for as long as it lives, that knows of every
// file what is surely on the disk and what was only written.
//
// Calls go through to the real VFS, so SQLite sees its files as ever; besides, each write, truncation and deletion
// since the last sync of its file or folder is kept in order. At the chosen moment the power goes: every call from
// then on fails. `survivors` then draws, by a seed, one of the states in which a disk may come up again: of what was
// not synced, each 512-byte sector may be there or not (which is also what reordering by a disk looks like), all up to
// some moment and the next write in part, everything, or nothing; grown but not written parts hold zeros or garbage; an
// unsynced creation or deletion of a file may or may not have happened. Bytes beside a write are never touched, as
// SQLite itself assumes (powersafe overwrite). Shared memory is no disk: what is left of its file is arbitrary.
//
// All files are in one folder. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

struct sqlite3_vfs;

namespace millrace::store::test {

inline constexpr std::int64_t kSectorBytes = 512;

using Chance = std::mt19937_64;

// What a file is on the disk, and what has been written to it since.
class LossyFile {
public:
    explicit LossyFile(base::Bytes content) : durable_(std::move(content)) {}

    void write(std::int64_t at, base::ByteView bytes) { pending_.push_back({at, {bytes.begin(), bytes.end()}, false}); }
    void truncate(std::int64_t size) { pending_.push_back({size, {}, true}); }
    void sync();

    [[nodiscard]] bool has_unsynced() const { return !pending_.empty(); }
    [[nodiscard]] base::Bytes survivor(Chance& chance) const;

private:
    struct Change {
        std::int64_t at = 0;  // or the size it is cut to
        base::Bytes bytes;
        bool truncates = false;
    };

    static void grow(base::Bytes& content, std::size_t size, Chance* garbage);
    static void apply(base::Bytes& content, const Change& change, Chance* garbage);
    static void apply_some_sectors(base::Bytes& content, const Change& change, double share, Chance& chance,
                                   Chance* garbage);

    base::Bytes durable_;
    std::vector<Change> pending_;
};

// What the power failed in.
enum class Step { None, WriteDatabase, WriteLog, WriteOther, Truncate, Sync, Delete, Create };
[[nodiscard]] std::string_view name(Step step);

class LossyVfs {
public:
    enum class Drive { Honest, IgnoresSyncs };

    explicit LossyVfs(Drive drive = Drive::Honest);
    ~LossyVfs();
    LossyVfs(const LossyVfs&) = delete;
    LossyVfs& operator=(const LossyVfs&) = delete;

    // The power fails in the `steps`-th step from now, of those that change the disk.
    void lose_power_after(std::uint64_t steps);
    [[nodiscard]] bool power_lost() const;
    [[nodiscard]] Step lost_in() const;

    [[nodiscard]] std::uint64_t syncs() const;
    [[nodiscard]] std::uint64_t database_writes() const;  // those are checkpoints, once the log is on

    // Connections no longer can choose to be less safe, or safer, than `value` of `PRAGMA synchronous`.
    void hold_synchronous_at(std::string value);

    // Writes what a disk may hold after the power failed into this folder, under the files' own names.
    void survivors(const std::string& folder, Chance& chance) const;

    // For the calls from SQLite. False when there is no power.
    [[nodiscard]] bool step(Step step);
    [[nodiscard]] std::shared_ptr<LossyFile> opened(const std::string& path, bool is_new, base::Bytes content);
    void write(LossyFile& file, std::int64_t at, base::ByteView bytes);
    void truncate(LossyFile& file, std::int64_t size);
    void sync(LossyFile& file, bool with_folder);
    void removed(const std::string& path, bool synced);
    [[nodiscard]] const std::optional<std::string>& held_synchronous() const { return synchronous_; }
    [[nodiscard]] sqlite3_vfs* real() const { return real_; }

private:
    // The files that a name stood for since the folder was last synced, the first of them surely; null: none.
    using Names = std::map<std::string, std::vector<std::shared_ptr<LossyFile>>>;

    void sync_folder();

    sqlite3_vfs* const real_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    const Drive drive_;
    std::optional<std::string> synchronous_;

    mutable std::mutex mutex_;  // guards all below
    Names names_;
    std::uint64_t steps_left_ = UINT64_MAX;
    Step lost_in_ = Step::None;
    std::uint64_t syncs_ = 0;
    std::uint64_t database_writes_ = 0;
};

}  // namespace millrace::store::test
