#include "app/token_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/log.h"
#include "app/private_file.h"

namespace millrace::app {
namespace {

// A hundred tokens with long names fit thrice.
constexpr std::size_t kMostBytes = 64 * 1024;

// Differs when the file is another; empty when there is none.
std::string stamp_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return std::to_string(status.st_ino) + "/" + std::to_string(status.st_mtim.tv_sec) + "." +
           std::to_string(status.st_mtim.tv_nsec) + "/" + std::to_string(status.st_size);
}

}  // namespace

std::string token_file_of(const std::string& state_dir) {
    return state_dir + "/tokens.json";
}

base::Result<access::TokenBook, base::Error> read_token_file(const std::string& path) {
    if (std::error_code ignored; !std::filesystem::exists(path, ignored)) return access::TokenBook();
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return base::failure(base::Error{"cannot read " + path + ": " + std::strerror(errno)});  // NOLINT
    }
    std::string content(kMostBytes + 1, '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    auto book = access::TokenBook::parse(content);
    if (!book) {
        return base::failure(base::Error{path + " is not a list of tokens: " + book.error().message +
                                         "; mend it, or remove it and make new tokens"});
    }
    return book;
}

base::Result<void, base::Error> write_token_file(const std::string& path, const access::TokenBook& book) {
    const std::string content = book.to_file();
    if (auto written = write_private_file(path, base::as_bytes(content)); !written) return written;
    struct stat folder {};
    const std::string parent = std::filesystem::path(path).parent_path().string();
    const bool ours = ::geteuid() != 0 || (::stat(parent.c_str(), &folder) == 0 &&
                                           ::lchown(path.c_str(), folder.st_uid, folder.st_gid) == 0);
    if (ours) return {};
    return base::failure(
        base::Error{"cannot give " + path + " to its folder's owner: " + std::strerror(errno)});  // NOLINT
}

TokenFile::TokenFile(const std::string& state_dir) : path_(token_file_of(state_dir)) {
    read();
}

void TokenFile::read() {
    stamp_ = stamp_of(path_);
    auto book = read_token_file(path_);
    if (!book) log().error("{}; nobody is let in by a token", book.error().message);
    book_ = book ? std::move(*book) : access::TokenBook();
}

const access::TokenBook& TokenFile::book() {
    if (stamp_of(path_) != stamp_) read();
    return book_;
}

}  // namespace millrace::app
