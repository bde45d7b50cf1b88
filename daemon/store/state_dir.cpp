#include "store/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sql/address.h"

namespace millrace::store {
namespace {

constexpr mode_t kFolderMode = 0750;
constexpr mode_t kFileMode = 0640;

static_assert(sizeof(off_t) == 8, "a database may grow past 2 GiB: _FILE_OFFSET_BITS=64");

base::Error unusable(const std::string& path, int code) {
    return {"the state directory " + path + " cannot be used: " + std::generic_category().message(code) +
            "; make it writable for the user millrace runs as, or name another one with --state-dir"};
}

// Who holds the lock, as far as the lock file tells.
std::string holder(int lock) {
    std::array<char, 24> text{};
    const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
    std::string digits;
    for (ssize_t i = 0;
         i < size && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9'; ++i) {
        digits += text[static_cast<std::size_t>(i)];
    }
    return digits.empty() ? "" : " (process " + digits + ")";
}

}  // namespace

base::Result<StateDir, base::Error> StateDir::open(const std::string& path) {
    if (path.empty()) return base::failure(base::Error{"no state directory is set; name one with --state-dir"});
    const std::filesystem::path folder(path);
    std::error_code error;
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
    if (::mkdir(path.c_str(), kFolderMode) != 0 && errno != EEXIST) return base::failure(unusable(path, errno));

    const std::string lock_path = path + "/lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
    if (lock < 0) return base::failure(unusable(path, errno));
    StateDir dir(path, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return base::failure(unusable(path, errno));
        return base::failure(base::Error{lock_path + " is held by another millrace" + holder(lock) +
                                         "; stop that one, or name another directory with --state-dir"});
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    // The number only serves the message above, so a failure to write it does no harm.
    if (::ftruncate(lock, 0) == 0) [[maybe_unused]]
        const ssize_t written = ::pwrite(lock, pid.data(), pid.size(), 0);
    return dir;
}

// SQLite gives its log files the mode of the database, so that is made here with the mode they are to have.
base::Result<void, base::Error> StateDir::make_database() const {
    const int database = ::open(database_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
    if (database < 0) return base::failure(unusable(path_, errno));
    ::close(database);
    return {};
}

StateDir& StateDir::operator=(StateDir&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
}

StateDir::~StateDir() {
    if (lock_ >= 0) ::close(lock_);
}

void StateDir::sync() const {
    const int folder = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

base::Result<void, base::Error> is_there(const std::string& address) {
    std::error_code ignored;
    if (sql::is_server(address) || std::filesystem::exists(address, ignored)) return {};
    const std::string folder = std::filesystem::path(address).parent_path().string();
    return base::failure(base::Error{"there is no store in " + folder + "; name its folder with --state-dir"});
}

}  // namespace millrace::store
