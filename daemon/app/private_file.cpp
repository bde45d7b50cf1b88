#include "app/private_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace millrace::app {
namespace {

bool sync_folder(const std::string& path) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return false;
    const bool synced = ::fsync(folder) == 0;
    ::close(folder);
    return synced;
}

bool write_new(const std::string& path, base::ByteView content) {
    ::unlink(path.c_str());
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file < 0) return false;
    const bool whole =
        ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()) && ::fsync(file) == 0;
    const int cause = errno;
    ::close(file);
    if (!whole) ::unlink(path.c_str());
    errno = cause;
    return whole;
}

}  // namespace

base::Result<void, base::Error> write_private_file(const std::string& path, base::ByteView content) {
    const std::string beside = path + ".new";
    if (write_new(beside, content) && std::rename(beside.c_str(), path.c_str()) == 0 &&
        sync_folder(std::filesystem::path(path).parent_path().string())) {
        return {};
    }
    return base::failure(base::Error{"cannot write " + path + ": " + std::strerror(errno)});  // NOLINT
}

}  // namespace millrace::app
