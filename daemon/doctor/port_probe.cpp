#include "doctor/port_probe.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "doctor/system_files.h"

namespace millrace::doctor {
namespace {

namespace fs = std::filesystem;

// A machine with more processes than these, or a process with more descriptors, is not looked through to its end.
constexpr int kMostProcesses = 32'768;
constexpr int kMostDescriptors = 8'192;

std::optional<int> process_id(const fs::path& folder) {
    const std::string name = folder.filename().string();
    int id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional(id) : std::nullopt;
}

// `use(id, folder)` until it says false.
template <typename Use>
void each_process(const std::string& proc, Use use) {
    std::error_code error;
    int seen = 0;
    for (fs::directory_iterator it(proc, error), end; !error && it != end; it.increment(error)) {
        const auto id = process_id(it->path());
        if (!id) continue;
        if (++seen > kMostProcesses || !use(*id, it->path())) return;
    }
}

// The numbers of the sockets among those wanted that a process has open.
std::vector<std::uint64_t> sockets_of(const fs::path& folder, const std::vector<std::uint64_t>& wanted) {
    std::vector<std::uint64_t> found;
    std::error_code error;
    int seen = 0;
    for (fs::directory_iterator it(folder / "fd", error), end; !error && it != end; it.increment(error)) {
        if (++seen > kMostDescriptors) break;
        std::error_code gone;
        const std::string target = fs::read_symlink(it->path(), gone).string();
        for (const std::uint64_t inode : wanted) {
            if (target == "socket:[" + std::to_string(inode) + "]") found.push_back(inode);
        }
    }
    return found;
}

std::string name_of(const fs::path& folder) {
    constexpr std::size_t kLongest = 64;
    std::string name = read_file((folder / "comm").string(), kLongest);
    name.erase(std::find(name.begin(), name.end(), '\n'), name.end());
    std::replace_if(
        name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c > '~'; }, '?');
    return name;
}

}  // namespace

std::string read_file(const std::string& path, std::size_t limit) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::string part(std::min<std::size_t>(limit, 64U << 10), '\0');
    while (file && text.size() < limit) {
        file.read(part.data(), static_cast<std::streamsize>(std::min(part.size(), limit - text.size())));
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    return text;
}

std::vector<PortHolder> holders_of(std::uint16_t port, const std::string& proc) {
    std::vector<ListeningSocket> sockets;
    for (const char* file : {"/net/tcp", "/net/tcp6"}) {
        for (ListeningSocket& one : listeners_in(read_file(proc + file), port)) sockets.push_back(std::move(one));
    }
    if (sockets.empty()) return {};
    std::vector<std::uint64_t> wanted;
    for (const ListeningSocket& one : sockets) wanted.push_back(one.inode);
    std::map<std::uint64_t, PortHolder> known;
    each_process(proc, [&](int id, const fs::path& folder) {
        for (const std::uint64_t inode : sockets_of(folder, wanted))
            known.emplace(inode, PortHolder{"", id, name_of(folder)});
        return known.size() < wanted.size();
    });
    std::vector<PortHolder> holders;
    for (const ListeningSocket& one : sockets) {
        PortHolder holder = known[one.inode];
        const std::string address = one.address.to_string();
        holder.address = (one.address.is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(port);
        holders.push_back(std::move(holder));
    }
    // Those that have a name first.
    std::stable_partition(holders.begin(), holders.end(), [](const PortHolder& one) { return one.pid != 0; });
    return holders;
}

std::vector<int> other_daemons(const std::string& proc) {
    std::vector<int> found;
    each_process(proc, [&found](int id, const fs::path& folder) {
        constexpr std::size_t kEnough = 4'096;
        constexpr std::size_t kMost = 8;
        if (id == ::getpid() || name_of(folder) != "millrace") return true;
        const std::string arguments = read_file((folder / "cmdline").string(), kEnough);
        const std::size_t end = arguments.find('\0');
        if (end != std::string::npos && arguments.compare(end + 1, 4, std::string("run\0", 4)) == 0)
            found.push_back(id);
        return found.size() < kMost;
    });
    return found;
}

}  // namespace millrace::doctor
