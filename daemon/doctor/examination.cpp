#include "doctor/examination.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <thread>

#include "doctor/judgement.h"
#include "doctor/name_probe.h"
#include "doctor/port_probe.h"
#include "doctor/store_probe.h"
#include "doctor/system_files.h"
#include "doctor/time_probe.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

constexpr std::uint16_t kNtpPort = 123;
// Of a name's addresses as many are tried.
constexpr std::size_t kMostAddresses = 4;

// "host", "host:port": the port after the last colon, where the rest is no IPv6 address.
std::pair<std::string, std::uint16_t> split(const std::string& server, std::uint16_t otherwise) {
    const std::size_t colon = server.rfind(':');
    const bool bare_v6 = std::count(server.begin(), server.end(), ':') > 1 && !server.starts_with('[');
    if (colon == std::string::npos || bare_v6 || server.ends_with(']')) return {server, otherwise};
    std::uint16_t port = otherwise;
    std::from_chars(server.data() + colon + 1, server.data() + server.size(), port);
    return {server.substr(0, colon), port};
}

// A literal's own, or what the first server that knows says.
std::vector<Address> addresses_of(const std::string& host, const std::vector<std::string>& name_servers,
                                  const Bounds& bounds) {
    if (const auto literal = address_in(host)) return {*literal};
    if (host == "localhost") return {boost::asio::ip::address_v4::loopback()};
    for (const NameAnswer& answer : ask_names(name_servers, {host}, bounds)) {
        if (answer.addresses.empty()) continue;
        std::vector<Address> found = answer.addresses;
        if (found.size() > kMostAddresses) found.resize(kMostAddresses);
        return found;
    }
    return {};
}

Targets targets(const std::vector<Address>& addresses, std::uint16_t port) {
    Targets all;
    for (const Address& address : addresses) all.emplace_back(address, port);
    return all;
}

// All names are asked for at once, however many there are.
std::vector<TimeAnswer> probe_times(const Plan& plan, const Bounds& bounds) {
    std::vector<std::string> names;
    for (const std::string& server : plan.time_servers) {
        if (const std::string host = split(server, kNtpPort).first; !address_in(host)) names.push_back(host);
    }
    const std::vector<NameAnswer> known = ask_names(plan.name_servers, names, bounds);
    std::vector<TimeServer> servers;
    std::vector<TimeAnswer> failed;
    for (const std::string& server : plan.time_servers) {
        const auto [host, port] = split(server, kNtpPort);
        std::optional<Address> address = address_in(host);
        for (const NameAnswer& answer : known) {
            if (!address && answer.name == host && !answer.addresses.empty()) address = answer.addresses.front();
        }
        if (address) {
            servers.push_back({server, *address, port});
        } else {
            failed.push_back({server, "no name server knows its address", {}, {}});
        }
    }
    std::vector<TimeAnswer> answers = ask_times(servers, bounds);
    answers.insert(answers.end(), failed.begin(), failed.end());
    return answers;
}

Upstream probe_upstream(const Known& known, const Bounds& bounds) {
    Upstream found;
    std::vector<Address> addresses;
    if (const auto literal = address_in(known.cloud_host)) {
        found.answers.push_back({"the settings", known.cloud_host, "", {*literal}});
    } else {
        found.answers = ask_names(known.cloud_name_servers, {known.cloud_host}, bounds);
    }
    for (const NameAnswer& answer : found.answers) {
        for (const Address& address : answer.addresses) {
            if (!contains(addresses, address) && addresses.size() < kMostAddresses) addresses.push_back(address);
        }
    }
    // A connection that led to ourselves would be counted as a bridge's.
    const bool loop = std::any_of(addresses.begin(), addresses.end(), [&known](const Address& one) {
        return known.cloud_port == known.listen_port && (one.is_loopback() || contains(known.own, one));
    });
    if (!loop) found.connections = connect_to(targets(addresses, known.cloud_port), bounds);
    return found;
}

void probe_port(const Known& known, const Bounds& bounds, Probed& probed) {
    probed.others = other_daemons();
    probed.holders = holders_of(known.listen_port);
    // A daemon knows that it listens, and would take our connections for a bridge's.
    const bool ours = !probed.holders.empty() && probed.holders.front().process == "millrace";
    if (known.house || !ours) return;
    std::vector<Address> own;
    for (const Address& address : reachable(known.own)) {
        if (address.is_v4() || probed.holders.front().address.starts_with('[')) own.push_back(address);
    }
    probed.own_port = connect_to(targets(own, known.listen_port), bounds);
}

void probe_broker(const Known& known, const Plan& plan, const BrokerLogin& login, const Bounds& bounds,
                  Probed& probed) {
    if (known.house || known.broker_host.empty()) return;
    const auto addresses = addresses_of(known.broker_host, plan.name_servers, bounds);
    BrokerOutcome outcome = ask_broker(targets(addresses, known.broker_port), login, bounds);
    probed.broker = outcome.answer;
    probed.broker_failure = std::move(outcome.failure);
}

}  // namespace

SystemTexts read_system_texts() {
    constexpr std::size_t kLimit = std::size_t{256} << 10;
    return {read_file("/etc/resolv.conf", kLimit),
            read_file("/run/systemd/resolve/resolv.conf", kLimit),
            read_file("/proc/net/route", kLimit),
            {read_file("/etc/systemd/timesyncd.conf", kLimit), read_file("/etc/chrony/chrony.conf", kLimit),
             read_file("/etc/ntpsec/ntp.conf", kLimit)}};
}

ports::CheckRun examine(const Known& known, const ports::CheckWishes& wishes, const BrokerLogin& login,
                        const Bounds& bounds) {
    const base::SteadyTime begun = bounds.clock.steady_now();
    const Plan asked = plan(known, wishes, read_system_texts());
    Probed probed;
    std::vector<std::string> names(kBridgeNames.begin(), kBridgeNames.end());
    names.emplace_back(kUpdateName);
    const bool to_cloud = known.mode != ports::CloudMode::Local && !known.guest && !known.cloud_host.empty();
    // Each writes members of its own.
    const std::vector<std::function<void()>> probes = {
        [&] {
            if (!known.guest && !known.watched) probed.names = ask_names(asked.name_servers, names, bounds);
        },
        [&] { probed.times = probe_times(asked, bounds); },
        [&] {
            if (to_cloud) probed.upstream = probe_upstream(known, bounds);
        },
        [&] { probe_port(known, bounds, probed); },
        [&] { probe_broker(known, asked, login, bounds, probed); },
        [&] {
            if (!known.database_server.empty()) probed.database_failure = log_in_at(known.database_server);
        },
    };
    std::vector<std::thread> threads;
    threads.reserve(probes.size());
    for (const auto& probe : probes) threads.emplace_back(probe);
    probed.folder = look_at(known.state_dir);
    probed.kernel_synchronised = kernel_synchronised();
    for (std::thread& thread : threads) thread.join();
    const auto took = std::chrono::floor<base::Milliseconds>(bounds.clock.steady_now() - begun);
    return {known.now, took, judge(known, asked, probed)};
}

}  // namespace millrace::doctor
