#include "app/answer_codes.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/log.h"
#include "base/bytes.h"

namespace millrace::app {
namespace {

// Nobody guesses so many.
constexpr std::size_t kCodeBytes = 16;

using Key = std::array<std::uint8_t, 32>;

bool read_key(const std::string& path, Key& key) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return false;
    const bool whole = ::read(file, key.data(), key.size()) == static_cast<ssize_t>(key.size());
    ::close(file);
    return whole;
}

// Through a file beside it, so that a crash leaves no half.
bool keep_key(const std::string& path, const Key& key) {
    const std::string beside = path + ".new";
    ::unlink(beside.c_str());
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (file < 0) return false;
    const bool whole = ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(file) == 0;
    ::close(file);
    return whole && std::rename(beside.c_str(), path.c_str()) == 0;
}

}  // namespace

AnswerCodes::AnswerCodes(const std::string& state_dir, ports::Random& random) {
    const std::string path = state_dir + "/answer.key";
    if (read_key(path, key_)) return;
    random.fill(key_);
    if (!keep_key(path, key_)) {
        log().warn("{} cannot be written ({}): buttons in notices work until the next restart only", path,
                   std::strerror(errno));
    }
}

AnswerCodes::~AnswerCodes() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

std::string AnswerCodes::code(std::int64_t incident, std::string_view answer) const {
    const std::string text = std::to_string(incident) + "/" + std::string(answer);
    const base::ByteView bytes = base::as_bytes(text);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes.data(), bytes.size(), digest.data(), &size);
    return base::to_hex({digest.data(), kCodeBytes});
}

}  // namespace millrace::app
