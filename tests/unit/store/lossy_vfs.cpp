#include "lossy_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <utility>

namespace millrace::store::test {
namespace {

constexpr const char* kName = "lossy";
constexpr int kTracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
// Of these the unix VFS syncs the folder with the first sync of the file it made.
constexpr int kSyncedWithFolder = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

// What SQLite holds for an open file: ours, and behind it the real VFS's.
struct OpenFile {
    sqlite3_file base;
    LossyVfs* vfs;
    std::shared_ptr<LossyFile> content;  // null for files that no restart looks for
    Step write_step;
    bool folder_is_synced;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile* of(sqlite3_file* file) {
    return reinterpret_cast<OpenFile*>(file);
}

LossyVfs& of(sqlite3_vfs* vfs) {
    return *static_cast<LossyVfs*>(vfs->pAppData);
}

int close_file(sqlite3_file* file) {
    OpenFile* open = of(file);
    const int code = open->real()->pMethods == nullptr ? SQLITE_OK : open->real()->pMethods->xClose(open->real());
    open->content.~shared_ptr();
    return code;
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
    OpenFile* open = of(file);
    if (open->vfs->power_lost()) return SQLITE_IOERR_READ;
    return open->real()->pMethods->xRead(open->real(), into, size, at);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    OpenFile* open = of(file);
    const bool powered = !open->vfs->power_lost();
    // A write in which the power fails is one of those that may reach the disk in part.
    if (powered && open->content) {
        open->vfs->write(*open->content, at, {static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)});
        if (!open->vfs->step(open->write_step)) return SQLITE_IOERR_WRITE;
    }
    if (!powered) return SQLITE_IOERR_WRITE;
    return open->real()->pMethods->xWrite(open->real(), from, size, at);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    OpenFile* open = of(file);
    if (open->vfs->power_lost()) return SQLITE_IOERR_TRUNCATE;
    if (open->content) {
        open->vfs->truncate(*open->content, size);
        if (!open->vfs->step(Step::Truncate)) return SQLITE_IOERR_TRUNCATE;
    }
    return open->real()->pMethods->xTruncate(open->real(), size);
}

int sync_file(sqlite3_file* file, int) {
    OpenFile* open = of(file);
    if (!open->content) return SQLITE_OK;
    if (!open->vfs->step(Step::Sync)) return SQLITE_IOERR_FSYNC;
    open->vfs->sync(*open->content, !std::exchange(open->folder_is_synced, true));
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return of(file)->real()->pMethods->xFileSize(of(file)->real(), size);
}
int lock_file(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xLock(of(file)->real(), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return of(file)->real()->pMethods->xUnlock(of(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* locked) {
    return of(file)->real()->pMethods->xCheckReservedLock(of(file)->real(), locked);
}

int control_file(sqlite3_file* file, int what, void* argument) {
    OpenFile* open = of(file);
    const auto& held = open->vfs->held_synchronous();
    if (what == SQLITE_FCNTL_PRAGMA && held) {
        char** texts = static_cast<char**>(argument);
        // "Done" keeps SQLite from doing it.
        if (sqlite3_stricmp(texts[1], "synchronous") == 0 && texts[2] != nullptr && *held != texts[2]) return SQLITE_OK;
    }
    return open->real()->pMethods->xFileControl(open->real(), what, argument);
}

int sector_size(sqlite3_file* file) {
    return of(file)->real()->pMethods->xSectorSize(of(file)->real());
}
int characteristics(sqlite3_file* file) {
    return of(file)->real()->pMethods->xDeviceCharacteristics(of(file)->real());
}
int map_memory(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    return of(file)->real()->pMethods->xShmMap(of(file)->real(), page, size, extend, memory);
}
int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
    return of(file)->real()->pMethods->xShmLock(of(file)->real(), offset, count, flags);
}
void memory_barrier(sqlite3_file* file) {
    of(file)->real()->pMethods->xShmBarrier(of(file)->real());
}
int unmap_memory(sqlite3_file* file, int remove) {
    return of(file)->real()->pMethods->xShmUnmap(of(file)->real(), remove);
}

// Version 2: with shared memory, without mapping of the file, which would go past us.
const sqlite3_io_methods kMethods = {
    2,           close_file,     read_file,    write_file,   truncate_file, sync_file,       file_size,
    lock_file,   unlock_file,    check_lock,   control_file, sector_size,   characteristics, map_memory,
    lock_memory, memory_barrier, unmap_memory, nullptr,      nullptr};

base::Bytes content_of(const std::string& path) {
    base::Bytes content(static_cast<std::size_t>(std::filesystem::file_size(path)));
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
    return content;
}

Step write_step(int flags) {
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return Step::WriteDatabase;
    return (flags & SQLITE_OPEN_WAL) != 0 ? Step::WriteLog : Step::WriteOther;
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
    LossyVfs& lossy = of(vfs);
    OpenFile* open = of(file);
    file->pMethods = nullptr;
    if (lossy.power_lost()) return SQLITE_CANTOPEN;
    const bool tracked = path != nullptr && (flags & kTracked) != 0;
    const bool is_new = tracked && !std::filesystem::exists(path);
    if (is_new && (flags & SQLITE_OPEN_CREATE) != 0 && !lossy.step(Step::Create)) return SQLITE_CANTOPEN;
    new (&open->content) std::shared_ptr<LossyFile>();
    open->vfs = &lossy;
    open->write_step = write_step(flags);
    open->folder_is_synced = !is_new || (flags & kSyncedWithFolder) == 0;
    open->real()->pMethods = nullptr;
    const int code = lossy.real()->xOpen(lossy.real(), path, open->real(), flags, out_flags);
    if (code != SQLITE_OK) {
        open->content.~shared_ptr();
        return code;
    }
    if (tracked) open->content = lossy.opened(path, is_new, content_of(path));
    file->pMethods = &kMethods;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    LossyVfs& lossy = of(vfs);
    if (!lossy.step(Step::Delete)) return SQLITE_IOERR_DELETE;
    const int code = lossy.real()->xDelete(lossy.real(), path, 0);
    if (code == SQLITE_OK) lossy.removed(path, sync_folder != 0);
    return code;
}

int access_file(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    return of(vfs).real()->xAccess(of(vfs).real(), path, flags, result);
}
int full_name(sqlite3_vfs* vfs, const char* path, int size, char* full) {
    return of(vfs).real()->xFullPathname(of(vfs).real(), path, size, full);
}
int randomness(sqlite3_vfs* vfs, int size, char* into) {
    return of(vfs).real()->xRandomness(of(vfs).real(), size, into);
}
int pause(sqlite3_vfs* vfs, int microseconds) {
    return of(vfs).real()->xSleep(of(vfs).real(), microseconds);
}
int current_time(sqlite3_vfs* vfs, double* day) {
    return of(vfs).real()->xCurrentTime(of(vfs).real(), day);
}
int last_error(sqlite3_vfs* vfs, int size, char* text) {
    return of(vfs).real()->xGetLastError(of(vfs).real(), size, text);
}
int current_ms(sqlite3_vfs* vfs, sqlite3_int64* ms) {
    return of(vfs).real()->xCurrentTimeInt64(of(vfs).real(), ms);
}

}  // namespace

std::string_view name(Step step) {
    switch (step) {
        case Step::None: return "none";
        case Step::WriteDatabase: return "writing the database";
        case Step::WriteLog: return "writing the log";
        case Step::WriteOther: return "writing a journal";
        case Step::Truncate: return "truncating";
        case Step::Sync: return "syncing";
        case Step::Delete: return "deleting";
        case Step::Create: return "creating";
    }
    return "?";
}

LossyVfs::LossyVfs(Drive drive)
    : real_(sqlite3_vfs_find(nullptr)), vfs_(std::make_unique<sqlite3_vfs>()), drive_(drive) {
    if (real_ == nullptr || std::strcmp(real_->zName, kName) == 0) throw std::logic_error("one lossy disk at a time");
    *vfs_ = {};
    vfs_->iVersion = 2;
    vfs_->szOsFile = static_cast<int>(sizeof(OpenFile)) + real_->szOsFile;
    vfs_->mxPathname = real_->mxPathname;
    vfs_->zName = kName;
    vfs_->pAppData = this;
    vfs_->xOpen = open_file;
    vfs_->xDelete = delete_file;
    vfs_->xAccess = access_file;
    vfs_->xFullPathname = full_name;
    vfs_->xRandomness = randomness;
    vfs_->xSleep = pause;
    vfs_->xCurrentTime = current_time;
    vfs_->xGetLastError = last_error;
    vfs_->xCurrentTimeInt64 = current_ms;
    sqlite3_vfs_register(vfs_.get(), 1);
}

LossyVfs::~LossyVfs() {
    sqlite3_vfs_unregister(vfs_.get());
    sqlite3_vfs_register(real_, 1);
}

void LossyVfs::lose_power_after(std::uint64_t steps) {
    const std::lock_guard lock(mutex_);
    steps_left_ = steps;
}

bool LossyVfs::power_lost() const {
    const std::lock_guard lock(mutex_);
    return lost_in_ != Step::None;
}

Step LossyVfs::lost_in() const {
    const std::lock_guard lock(mutex_);
    return lost_in_;
}

std::uint64_t LossyVfs::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

std::uint64_t LossyVfs::database_writes() const {
    const std::lock_guard lock(mutex_);
    return database_writes_;
}

void LossyVfs::hold_synchronous_at(std::string value) {
    synchronous_ = std::move(value);
}

bool LossyVfs::step(Step step) {
    const std::lock_guard lock(mutex_);
    if (lost_in_ != Step::None) return false;
    if (step == Step::Sync) ++syncs_;
    if (step == Step::WriteDatabase) ++database_writes_;
    if (steps_left_-- > 1) return true;
    lost_in_ = step;
    return false;
}

std::shared_ptr<LossyFile> LossyVfs::opened(const std::string& path, bool is_new, base::Bytes content) {
    const std::lock_guard lock(mutex_);
    auto& history = names_[std::filesystem::path(path).filename().string()];
    if (history.empty()) {
        if (is_new) history.push_back(nullptr);
        history.push_back(std::make_shared<LossyFile>(std::move(content)));
    } else if (history.back() == nullptr) {
        history.push_back(std::make_shared<LossyFile>(std::move(content)));
    }
    return history.back();
}

void LossyVfs::write(LossyFile& file, std::int64_t at, base::ByteView bytes) {
    const std::lock_guard lock(mutex_);
    file.write(at, bytes);
}

void LossyVfs::truncate(LossyFile& file, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    file.truncate(size);
}

void LossyVfs::sync(LossyFile& file, bool with_folder) {
    if (drive_ == Drive::IgnoresSyncs) return;
    const std::lock_guard lock(mutex_);
    file.sync();
    if (with_folder) sync_folder();
}

void LossyVfs::removed(const std::string& path, bool synced) {
    const std::lock_guard lock(mutex_);
    auto& history = names_[std::filesystem::path(path).filename().string()];
    history.push_back(nullptr);
    if (synced && drive_ == Drive::Honest) sync_folder();
}

void LossyVfs::sync_folder() {
    for (auto& [name, history] : names_) history.erase(history.begin(), history.end() - 1);
}

void LossyVfs::survivors(const std::string& folder, Chance& chance) const {
    const std::lock_guard lock(mutex_);
    std::filesystem::create_directories(folder);
    for (const auto& [name, history] : names_) {
        const auto& file = history[static_cast<std::size_t>(chance() % history.size())];
        const std::string path = folder + '/' + name;
        std::filesystem::remove(path);
        if (!file) continue;
        const base::Bytes content = file->survivor(chance);
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    }
    // Of shared memory a file system may have written back any page, or none.
    const std::string memory = folder + "/millrace.db-shm";
    std::filesystem::remove(memory);
    if (chance() % 2 == 0) return;
    base::Bytes noise(static_cast<std::size_t>(chance() % 3) * 32'768);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(chance());
    std::ofstream(memory, std::ios::binary)
        .write(reinterpret_cast<const char*>(noise.data()), static_cast<std::streamsize>(noise.size()));
}

}  // namespace millrace::store::test
