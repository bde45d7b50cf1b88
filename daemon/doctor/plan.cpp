#include "doctor/plan.h"

#include <algorithm>

#include "doctor/system_files.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

// Debian's, where a clock is set by systemd-timesyncd and nobody has said by whom.
constexpr const char* kUsualTimeServer = "0.debian.pool.ntp.org";
constexpr std::size_t kMostTimeServers = 4;

std::vector<std::string> servers_of_the_system(const SystemTexts& texts) {
    std::vector<std::string> servers = name_servers_in(texts.resolv_conf);
    // The stub on this machine, 127.0.0.53, answers what the servers behind it say.
    const bool stub = std::all_of(servers.begin(), servers.end(), [](const std::string& one) {
        const auto address = address_in(one);
        return address && address->is_loopback();
    });
    if (!stub) return servers;
    std::vector<std::string> behind = name_servers_in(texts.resolved);
    return behind.empty() ? servers : behind;
}

template <typename T>
void add_once(std::vector<T>& all, const T& one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

Plan plan(const Known& known, const ports::CheckWishes& wishes, const SystemTexts& texts) {
    const bool stay_home = known.mode == ports::CloudMode::Local;
    Plan made;
    for (const std::string& server : servers_of_the_system(texts)) {
        const auto address = address_in(server);
        add_once(stay_home && address && !is_local(*address, known.own) ? made.left_out : made.name_servers, server);
    }
    for (const std::string& server : wishes.name_servers) {
        std::erase(made.left_out, server);
        add_once(made.name_servers, server);
    }
    for (const std::string& server : wishes.time_servers) add_once(made.time_servers, server);
    for (const Address& gateway : gateways_in(texts.routes)) add_once(made.time_servers, gateway.to_string());
    if (!stay_home) {
        const std::size_t before = made.time_servers.size();
        for (const std::string& file : texts.time) {
            for (const std::string& server : time_servers_in(file)) add_once(made.time_servers, server);
        }
        if (made.time_servers.size() == before) made.time_servers.emplace_back(kUsualTimeServer);
    }
    if (made.time_servers.size() > kMostTimeServers) made.time_servers.resize(kMostTimeServers);
    return made;
}

}  // namespace millrace::doctor
