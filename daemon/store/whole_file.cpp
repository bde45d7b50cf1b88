#include "store/whole_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace millrace::store {
namespace {

std::string said(int code) {
    return std::generic_category().message(code);
}

base::Error exists(const std::string& name) {
    return {name + " exists already and is left alone; choose another name or move it away"};
}

bool is_there(const std::string& name) {
    struct stat found {};
    return ::lstat(name.c_str(), &found) == 0;
}

// Not every file system can refuse to replace; there, a look just before has to do.
int rename_to_free_name(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (is_there(to)) return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

base::Result<UnfinishedFile, base::Error> UnfinishedFile::create(const std::string& name, std::uint32_t mode) {
    if (is_there(name)) return base::failure(exists(name));
    const std::string path = name + ".unfinished";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return base::failure(base::Error{path + " cannot be written: " + said(errno)});
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return base::failure(base::Error{path + " is being written by another millrace"});
    }
    UnfinishedFile file(name, descriptor);
    if (::ftruncate(descriptor, 0) != 0 || ::fchmod(descriptor, mode) != 0) {
        return base::failure(base::Error{path + " cannot be written: " + said(errno)});
    }
    return file;
}

UnfinishedFile::~UnfinishedFile() {
    if (descriptor_ < 0) return;
    ::unlink(path().c_str());
    ::close(descriptor_);
}

base::Result<void, base::Error> UnfinishedFile::finish() {
    if (::fsync(descriptor_) != 0) return base::failure(base::Error{path() + " cannot be synced: " + said(errno)});
    if (const int code = rename_to_free_name(path(), name_); code != 0) {
        return base::failure(code == EEXIST ? exists(name_) : base::Error{name_ + " cannot be written: " + said(code)});
    }
    sync_folder_of(name_);
    ::close(std::exchange(descriptor_, -1));
    return {};
}

void sync_folder_of(const std::string& file) {
    const std::filesystem::path parent = std::filesystem::path(file).parent_path();
    const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

}  // namespace millrace::store
