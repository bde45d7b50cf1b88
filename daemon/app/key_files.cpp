#include "app/key_files.h"

#include <cstring>
#include <filesystem>
#include <fstream>

namespace millrace::app {
namespace {

// A key is 32 bytes or 64 digits with some white space; a longer file is something else.
constexpr std::size_t kMaxKeyFileBytes = 4096;

void add_problem(std::string& problems, const base::Error& error) {
    if (!problems.empty()) problems += '\n';
    problems += error.message;
}

void read_directory(const std::string& directory, payload::KeyRing& keys, std::string& problems) {
    std::error_code fault;
    for (std::filesystem::directory_iterator it(directory, fault), end; !fault && it != end; it.increment(fault)) {
        const std::filesystem::path& path = it->path();
        if (path.extension() != ".key" && path.extension() != ".bin") continue;
        const auto bridge = base::DeviceId::parse(path.stem().string());
        if (!bridge) {
            add_problem(problems,
                        {path.string() + ": a key file is named after its bridge, such as 61F6F57900000001.key"});
            continue;
        }
        if (auto key = read_key_file(path.string())) {
            keys.set(*bridge, std::move(*key));
        } else {
            add_problem(problems, key.error());
        }
    }
    if (fault) add_problem(problems, {"cannot read the key directory " + directory + ": " + fault.message()});
}

}  // namespace

base::Result<payload::SecretKey, base::Error> read_key_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return base::failure(base::Error{"cannot read the key file " + path + ": " + std::strerror(errno)});  // NOLINT
    }
    base::Bytes content(kMaxKeyFileBytes + 1);
    file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    auto key = payload::SecretKey::parse(content);
    explicit_bzero(content.data(), content.size());
    if (!key) return base::failure(base::Error{"the key file " + path + " holds no key: " + key.error().message});
    return std::move(*key);
}

base::Result<payload::KeyRing, base::Error> read_keys(const settings::Keys& files) {
    payload::KeyRing keys;
    std::string problems;
    if (!files.default_file.empty()) {
        if (auto key = read_key_file(files.default_file)) {
            keys.set_default(std::move(*key));
        } else {
            add_problem(problems, key.error());
        }
    }
    if (!files.directory.empty()) read_directory(files.directory, keys, problems);
    for (const auto& [bridge, path] : files.bridges) {
        if (auto key = read_key_file(path)) {
            keys.set(bridge, std::move(*key));
        } else {
            add_problem(problems, key.error());
        }
    }
    if (!problems.empty()) return base::failure(base::Error{problems});
    return keys;
}

}  // namespace millrace::app
