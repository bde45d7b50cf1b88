#include "store/backup_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace millrace::store {
namespace {

constexpr mode_t kFolderMode = 0755;  // what is secret is so by its own mode
constexpr std::uint32_t kPermissions = 0777;

// An open file or folder.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool good() const { return number_ >= 0; }

private:
    int number_;
};

base::Error trouble(const std::string& path, const char* what, int code) {
    return {path + ' ' + what + ": " + std::generic_category().message(code)};
}

// Nothing when it is too large, or cannot be read.
std::optional<base::Bytes> read_all(int file) {
    base::Bytes content(kMaxBackupFileBytes + 1);
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(file, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > kMaxBackupFileBytes) return std::nullopt;
    content.resize(size);
    return content;
}

bool write_all(int file, base::ByteView content) {
    while (!content.empty()) {
        const ssize_t put = ::write(file, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        content = content.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

// The parts of a path, without the slash it may begin with; nothing when it could lead out of where it is put.
std::optional<std::vector<std::string>> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    if (path.find('\0') != std::string_view::npos) return std::nullopt;
    while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    for (;;) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return std::nullopt;
        parts.emplace_back(part);
        if (slash == std::string_view::npos) return parts;
        path.remove_prefix(slash + 1);
    }
}

Descriptor open_folder(int in, const std::string& name, int also) {
    if (::mkdirat(in, name.c_str(), kFolderMode) != 0 && errno != EEXIST) return Descriptor(-1);
    return Descriptor(::openat(in, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | also));
}

base::Result<void, base::Error> put_file(const BackupFile& file, int folder, const std::vector<std::string>& parts,
                                         const std::string& shown) {
    // Step by step and never through a link, so that what is opened is below the folder.
    Descriptor in(::dup(folder));
    for (std::size_t i = 0; i + 1 < parts.size() && in.good(); ++i) in = open_folder(in.get(), parts[i], O_NOFOLLOW);
    if (!in.good()) return base::failure(trouble(shown, "cannot be written, its folder is missing or a link", errno));
    const char* name = parts.back().c_str();
    const Descriptor made(::openat(in.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!made.good()) {
        if (errno != EEXIST) return base::failure(trouble(shown, "cannot be written", errno));
        const Descriptor there(::openat(in.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (there.good() && read_all(there.get()) == file.content) return {};
        return base::failure(base::Error{shown + " exists already with other content; move it away"});
    }
    if (!write_all(made.get(), file.content) || ::fchmod(made.get(), file.mode & kPermissions) != 0 ||
        ::fsync(made.get()) != 0) {
        return base::failure(trouble(shown, "cannot be written", errno));
    }
    return {};
}

}  // namespace

base::Result<BackupFile, base::Error> take_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat found {};
    if (!file.good() || ::fstat(file.get(), &found) != 0) {
        return base::failure(trouble(path, "cannot be read", errno));
    }
    if (!S_ISREG(found.st_mode)) return base::failure(base::Error{path + " is no file"});
    auto content = read_all(file.get());
    if (!content) return base::failure(base::Error{path + " cannot be read, or is longer than a config or key file"});
    std::error_code ignored;
    return BackupFile{std::filesystem::absolute(path, ignored).lexically_normal().string(),
                      found.st_mode & kPermissions, std::move(*content)};
}

base::Result<void, base::Error> put_files(const std::vector<BackupFile>& files, const std::string& folder) {
    std::vector<std::vector<std::string>> places;
    for (const BackupFile& file : files) {
        auto parts = parts_of(file.path);
        // The path is not repeated: it may hold anything.
        if (!parts)
            return base::failure(base::Error{"a path in the backup leads out of the folder; nothing is written"});
        places.push_back(std::move(*parts));
    }
    const Descriptor in = open_folder(AT_FDCWD, folder, 0);
    if (!in.good()) return base::failure(trouble(folder, "cannot be used", errno));
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::string shown = folder;
        for (const std::string& part : places[i]) shown += '/' + part;
        if (auto put = put_file(files[i], in.get(), places[i], shown); !put) return put;
    }
    return {};
}

}  // namespace millrace::store
