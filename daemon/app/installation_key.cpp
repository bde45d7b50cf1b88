#include "app/installation_key.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "app/log.h"
#include "app/private_file.h"

namespace millrace::app {
namespace {

bool read_key(const std::string& path, InstallationKey& key) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return false;
    const bool whole = ::read(file, key.data(), key.size()) == static_cast<ssize_t>(key.size());
    ::close(file);
    return whole;
}

}  // namespace

InstallationKey installation_key(const std::string& state_dir, const std::string& name, const std::string& what_ends,
                                 ports::Random& random) {
    const std::string path = state_dir + "/" + name;
    InstallationKey key{};
    if (read_key(path, key)) return key;
    random.fill(key);
    if (const auto kept = write_private_file(path, key); !kept) {
        log().warn("{}: {} until the next restart only", kept.error().message, what_ends);
    }
    return key;
}

}  // namespace millrace::app
