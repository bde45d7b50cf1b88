#include "doctor/name_probe.h"

#include <ares.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>

#include "doctor/words.h"

namespace millrace::doctor {
namespace {

namespace asio = boost::asio;

// Two rounds: a packet may get lost.
constexpr int kFirstRoundMs = 1'300;
constexpr int kRounds = 2;
constexpr base::Milliseconds kLimit{4'000};
// More addresses than these of one name say nothing more.
constexpr std::size_t kMostAddresses = 16;

std::optional<Address> address_of(const sockaddr* from) {
    if (from->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, from, sizeof v4);
        return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (from->sa_family != AF_INET6) return std::nullopt;
    sockaddr_in6 v6{};
    std::memcpy(&v6, from, sizeof v6);
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return plain(asio::ip::address_v6(bytes));
}

bool is_an_answer(int status) {
    return status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA;
}

void take(void* opaque, int status, int, ares_addrinfo* info) {
    auto& answer = *static_cast<NameAnswer*>(opaque);
    if (!is_an_answer(status)) {
        answer.failure = status == ARES_ETIMEOUT || status == ARES_ECANCELLED || status == ARES_EDESTRUCTION
                             ? "it does not answer"
                             : ares_strerror(status);
    }
    if (info == nullptr) return;
    for (const auto* node = info->nodes; node != nullptr; node = node->ai_next) {
        const auto address = address_of(node->ai_addr);
        const bool fresh = address && !contains(answer.addresses, *address);
        if (fresh && answer.addresses.size() < kMostAddresses) answer.addresses.push_back(*address);
    }
    ares_freeaddrinfo(info);
}

// One server.
class Channel {
public:
    // Null when it cannot be asked.
    static std::unique_ptr<Channel> open(const std::string& server) {
        char dns_only[] = "b";
        char no_file[] = "/dev/null";
        ares_options options{};
        options.flags = ARES_FLAG_NOALIASES | ARES_FLAG_NOSEARCH;
        options.timeout = kFirstRoundMs;
        options.tries = kRounds;
        options.ndots = 1;
        options.lookups = dns_only;
        options.resolvconf_path = no_file;
        auto channel = std::make_unique<Channel>();
        options.sock_state_cb = &Channel::on_socket_state;
        options.sock_state_cb_data = channel.get();
        int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS |
                   ARES_OPT_DOMAINS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE;
#ifdef ARES_OPT_QUERY_CACHE
        options.qcache_max_ttl = 0;
        mask |= ARES_OPT_QUERY_CACHE;
#endif
        if (ares_init_options(&channel->ares_, &options, mask) != ARES_SUCCESS) {
            channel->ares_ = nullptr;
            return nullptr;
        }
        const bool known = ares_set_servers_ports_csv(channel->ares_, server.c_str()) == ARES_SUCCESS;
        return known ? std::move(channel) : nullptr;
    }

    Channel() = default;
    ~Channel() {
        if (ares_ != nullptr) ares_destroy(ares_);  // calls back for every open question and socket
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // `answer` must stay where it is until this has gone.
    void ask(NameAnswer& answer) {
        for (const int family : {AF_INET, AF_INET6}) {
            ares_addrinfo_hints hints{};
            hints.ai_flags = ARES_AI_NOSORT;
            hints.ai_family = family;
            ares_getaddrinfo(ares_, answer.name.c_str(), nullptr, &hints, take, &answer);
        }
    }

    void add_sockets(std::vector<pollfd>& sockets) const {
        for (const auto& [socket, wanted] : waited_for_) sockets.push_back({socket, wanted, 0});
    }

    // What is ready, and what has waited too long.
    void process(const std::vector<pollfd>& sockets) {
        for (const pollfd& one : sockets) {
            const bool readable = (one.revents & ~POLLOUT) != 0;
            const bool writable = (one.revents & ~POLLIN) != 0;
            ares_process_fd(ares_, readable ? one.fd : ARES_SOCKET_BAD, writable ? one.fd : ARES_SOCKET_BAD);
        }
        ares_process_fd(ares_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }

    void give_up() {
        ares_cancel(ares_);
    }

private:
    static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
        auto& waited_for = static_cast<Channel*>(self)->waited_for_;
        const int wanted = (readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0);
        if (wanted == 0) {
            waited_for.erase(socket);
        } else {
            waited_for[socket] = static_cast<short>(wanted);
        }
    }

    ares_channel ares_ = nullptr;
    std::map<ares_socket_t, short> waited_for_;  // what for, as poll() takes it
};

}  // namespace

NameLibrary::NameLibrary() {
    ares_library_init(ARES_LIB_INIT_ALL);
}

NameLibrary::~NameLibrary() {
    ares_library_cleanup();
}

std::vector<NameAnswer> ask_names(const std::vector<std::string>& servers, const std::vector<std::string>& names,
                                  const Bounds& bounds) {
    std::deque<NameAnswer> answers;  // which stay where they are
    std::vector<std::unique_ptr<Channel>> channels;
    for (const std::string& server : servers) {
        auto channel = Channel::open(server);
        for (const std::string& name : names) {
            answers.push_back({server, name, channel ? "" : "it is no address of a name server", {}});
            if (channel) channel->ask(answers.back());
        }
        if (channel) channels.push_back(std::move(channel));
    }
    const Wait wait(bounds, kLimit);
    while (!wait.over()) {
        bool any = false;
        std::vector<std::vector<pollfd>> each(channels.size());
        std::vector<pollfd> all;
        for (std::size_t i = 0; i < channels.size(); ++i) {
            channels[i]->add_sockets(each[i]);
            any = any || !each[i].empty();
            all.insert(all.end(), each[i].begin(), each[i].end());
        }
        if (!any) break;
        constexpr base::Milliseconds kLook{100};  // how often c-ares looks at its own time limits
        (void)wait.poll(all, kLook);
        auto next = all.begin();
        for (std::size_t i = 0; i < channels.size(); ++i) {
            std::copy_n(next, each[i].size(), each[i].begin());
            next += static_cast<std::ptrdiff_t>(each[i].size());
            channels[i]->process(each[i]);
        }
    }
    for (auto& channel : channels) channel->give_up();
    channels.clear();
    // Addresses of one family are an answer, even when the server never answers for the other.
    for (NameAnswer& answer : answers) {
        if (!answer.addresses.empty()) answer.failure.clear();
    }
    return {answers.begin(), answers.end()};
}

}  // namespace millrace::doctor
