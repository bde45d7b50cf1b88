#include "doctor/store_probe.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "doctor/wait.h"
#include "sql/postgres.h"

namespace millrace::doctor {
namespace {

// From linux/magic.h.
constexpr unsigned long kTmpfs = 0x01021994;
constexpr unsigned long kRamfs = 0x858458f6;

std::uint64_t size_of(const std::string& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

}  // namespace

std::string log_in_at(const std::string& address) {
    try {
        static_cast<void>(sql::Postgres::connect(address));
        return {};
    } catch (const sql::Error& error) {
        return error.what();
    }
}

std::string user_name(unsigned id) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4'096> room{};
    if (::getpwuid_r(id, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return std::to_string(id);
    return entry.pw_name;
}

FolderFacts look_at(const std::string& state_dir) {
    FolderFacts facts;
    struct stat seen {};
    if (::stat(state_dir.c_str(), &seen) != 0) {
        if (errno != ENOENT) facts.failure = words_of(errno);
        return facts;
    }
    facts.exists = true;
    facts.is_folder = S_ISDIR(seen.st_mode);
    facts.owner = user_name(seen.st_uid);
    facts.writable = ::faccessat(AT_FDCWD, state_dir.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
    struct statfs disk {};
    if (::statfs(state_dir.c_str(), &disk) == 0) {
        facts.free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * static_cast<std::uint64_t>(disk.f_bsize);
        const auto kind = static_cast<unsigned long>(disk.f_type) & 0xffffffffUL;
        if (kind == kTmpfs) facts.file_system = "tmpfs";
        if (kind == kRamfs) facts.file_system = "ramfs";
    }
    for (const char* file : {"/millrace.db", "/millrace.db-wal"}) facts.store_bytes += size_of(state_dir + file);
    return facts;
}

}  // namespace millrace::doctor
