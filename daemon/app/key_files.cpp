#include "app/key_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/private_file.h"
#include "base/bluetooth_address.h"

namespace millrace::app {
namespace {

// A key is at most 64 digits with some white space; a longer file is something else.
constexpr std::size_t kMaxKeyFileBytes = 4096;

// Of the file with the key of all bridges that have none of their own.
constexpr const char* kDefaultStem = "default";

std::string kept_keys(const std::string& state_dir) {
    return state_dir + "/keys";
}

void add_problem(std::string& problems, const base::Error& error) {
    if (!problems.empty()) problems += '\n';
    problems += error.message;
}

// The content of a key file goes to `use`, and is gone from memory afterwards.
template <typename Use>
auto with_content(const std::string& path, Use use) -> decltype(use(base::ByteView())) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return base::failure(base::Error{"cannot read the key file " + path + ": " + std::strerror(errno)});  // NOLINT
    }
    base::Bytes content(kMaxKeyFileBytes + 1);
    file.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    auto key = use(base::ByteView(content));
    explicit_bzero(content.data(), content.size());
    if (!key) return base::failure(base::Error{"the key file " + path + " holds no key: " + key.error().message});
    return key;
}

void read_into(payload::KeyRing& keys, const std::optional<base::DeviceId>& owner, const std::string& path,
               std::string& problems) {
    const auto read =
        with_content(path, [&keys, &owner](base::ByteView content) { return put_key(keys, owner, content); });
    if (!read) add_problem(problems, read.error());
}

void read_directory(const std::string& directory, payload::KeyRing& keys, std::string& problems) {
    std::error_code fault;
    for (std::filesystem::directory_iterator it(directory, fault), end; !fault && it != end; it.increment(fault)) {
        const std::filesystem::path& path = it->path();
        if (path.extension() != ".key" && path.extension() != ".bin") continue;
        const bool is_default = path.stem() == kDefaultStem;
        const auto bridge = base::DeviceId::parse(path.stem().string());
        if (!bridge && !is_default) {
            add_problem(problems,
                        {path.string() + ": a key file is named after its bridge, such as 61F6F57900000001.key"});
            continue;
        }
        read_into(keys, bridge, path.string(), problems);
    }
    if (fault) add_problem(problems, {"cannot read the key directory " + directory + ": " + fault.message()});
}

}  // namespace

base::Result<void, base::Error> put_key(payload::KeyRing& keys, const std::optional<base::DeviceId>& owner,
                                        base::ByteView content) {
    if (owner && base::BluetoothAddress::of(*owner)) {
        // A bridge's name may look so by chance; its key does not.
        if (auto key = payload::BindKey::parse(content)) {
            keys.set_bind_key(*owner, std::move(*key));
            return {};
        }
    }
    auto key = payload::SecretKey::parse(content);
    if (!key) return base::failure(std::move(key.error()));
    if (owner) {
        keys.set(*owner, std::move(*key));
    } else {
        keys.set_default(std::move(*key));
    }
    return {};
}

base::Result<payload::SecretKey, base::Error> read_key_file(const std::string& path) {
    return with_content(path, payload::SecretKey::parse);
}

base::Result<payload::BindKey, base::Error> read_bind_key_file(const std::string& path) {
    return with_content(path, payload::BindKey::parse);
}

base::Result<payload::KeyRing, base::Error> read_keys(const settings::Keys& files, const std::string& state_dir) {
    payload::KeyRing keys;
    std::string problems;
    const std::string kept = kept_keys(state_dir);
    if (std::error_code ignored; std::filesystem::exists(kept, ignored)) read_directory(kept, keys, problems);
    if (!files.default_key.empty()) {
        const auto put = put_key(keys, std::nullopt, base::as_bytes(files.default_key));
        if (!put) add_problem(problems, put.error());
    }
    if (!files.default_file.empty()) read_into(keys, std::nullopt, files.default_file, problems);
    if (!files.directory.empty()) read_directory(files.directory, keys, problems);
    for (const auto& [owner, path] : files.bridges) read_into(keys, owner, path, problems);
    if (!problems.empty()) return base::failure(base::Error{problems});
    return keys;
}

base::Result<void, base::Error> keep_key(const std::string& state_dir, const std::optional<base::DeviceId>& owner,
                                         std::span<const std::uint8_t> key) {
    const std::string folder = kept_keys(state_dir);
    const std::string path = folder + "/" + (owner ? owner->str() : kDefaultStem) + ".key";
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return base::failure(base::Error{"cannot make " + folder + ": " + std::strerror(errno)});  // NOLINT
    }
    return write_private_file(path, key);
}

}  // namespace millrace::app
