#include "capture/resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace millrace::capture {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const auto& part : parts) {
        if (!text.empty()) text += separator;
        text += part;
    }
    return text;
}

std::optional<asio::ip::address> address_of(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return asio::ip::address_v6(bytes);
    }
    return std::nullopt;
}

struct Answer {
    Resolver::Addresses addresses;
    base::Seconds time_to_live = Resolver::kMaxTimeToLive;
};

// How long the other family's addresses are waited for once one's are there. A name server that knows both answers both
// at once; some never answer for IPv6.
constexpr base::Milliseconds kGrace{200};

void read_answer(const ares_addrinfo& info, Answer& answer) {
    for (const auto* node = info.nodes; node != nullptr; node = node->ai_next) {
        if (const auto address = address_of(node->ai_addr)) answer.addresses.push_back(*address);
        answer.time_to_live = std::min(answer.time_to_live, base::Seconds{std::max(node->ai_ttl, 0)});
    }
    for (const auto* alias = info.cnames; alias != nullptr; alias = alias->next) {
        answer.time_to_live = std::min(answer.time_to_live, base::Seconds{std::max(alias->ttl, 0)});
    }
    std::stable_partition(answer.addresses.begin(), answer.addresses.end(),
                          [](const auto& address) { return address.is_v4(); });
    if (answer.addresses.size() > Resolver::kMaxAddresses) answer.addresses.resize(Resolver::kMaxAddresses);
}

// An answer "there is no such name" is one; all else means that nobody who knows was reached.
bool is_an_answer(int status) {
    return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME;
}

}  // namespace

// Everything that must stay alive while c-ares or the loop may still call back.
class Resolver::Channel : public std::enable_shared_from_this<Channel> {
public:
    Channel(asio::io_context& loop, const base::Clock& clock, const std::vector<std::string>& name_servers)
        : loop_(loop), clock_(clock), name_servers_(joined(name_servers, ", ")), timer_(loop) {}

    base::Result<void, base::Error> open(const std::vector<std::string>& name_servers, Timing timing);
    void close();
    void resolve(const std::string& host, Handler handler);

private:
    // A socket of c-ares: ours to wait on, never ours to close.
    struct Watch {
        explicit Watch(asio::io_context& loop) : descriptor(loop) {}
        asio::posix::stream_descriptor descriptor;
        bool open = true;
        bool want_read = false;
        bool want_write = false;
        bool waiting_read = false;
        bool waiting_write = false;
    };
    struct Known {
        Addresses addresses;
        base::SteadyTime until;
    };
    // One for each family of addresses.
    struct Question {
        std::shared_ptr<Channel> channel;  // keeps the channel until c-ares has called back
        std::string host;
        std::uint64_t number;
    };
    struct Asking {
        std::uint64_t number = 0;
        std::vector<Handler> waiting;
        int open = 0;  // questions
        Answer answer;
        int failure = ARES_SUCCESS;  // of a question that nobody answered
        std::unique_ptr<asio::steady_timer> grace;
    };

    static void on_socket_state(void* self, ares_socket_t socket, int readable, int writable);
    static void on_answer(void* question, int status, int timeouts, ares_addrinfo* info);

    void watch(ares_socket_t socket, bool readable, bool writable);
    void wait(ares_socket_t socket, const std::shared_ptr<Watch>& watch);
    void process(ares_socket_t readable, ares_socket_t writable);
    void set_timer();
    void take(const Question& question, int status, const ares_addrinfo* info);
    void finish(const std::string& host);
    void reply(Handler handler, base::Result<Addresses, base::Error> result);

    asio::io_context& loop_;
    const base::Clock& clock_;
    std::string name_servers_;
    asio::steady_timer timer_;
    ares_channel ares_ = nullptr;
    bool closing_ = false;
    std::map<ares_socket_t, std::shared_ptr<Watch>> watches_;
    std::map<std::string, Asking> asking_;
    std::uint64_t last_number_ = 0;
    std::map<std::string, Known> known_;  // the one or two names of the settings
};

base::Result<void, base::Error> Resolver::Channel::open(const std::vector<std::string>& name_servers, Timing timing) {
    if (name_servers.empty()) return base::failure(base::Error{"cloud.name_servers is empty"});
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
        return base::failure(base::Error{"c-ares does not start"});
    char dns_only[] = "b";
    char no_file[] = "/dev/null";
    ares_options options{};
    options.flags = ARES_FLAG_NOALIASES | ARES_FLAG_NOSEARCH;
    options.timeout = static_cast<int>(timing.first_round.count());
    options.tries = timing.rounds;
    options.ndots = 1;
    options.lookups = dns_only;
    options.resolvconf_path = no_file;
    options.sock_state_cb = &Channel::on_socket_state;
    options.sock_state_cb_data = this;
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_LOOKUPS |
               ARES_OPT_DOMAINS | ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE;
#ifdef ARES_OPT_QUERY_CACHE  // newer libraries keep answers too, for up to an hour; how long is ours to say
    options.qcache_max_ttl = 0;
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    if (const int status = ares_init_options(&ares_, &options, mask); status != ARES_SUCCESS) {
        ares_ = nullptr;
        ares_library_cleanup();
        return base::failure(base::Error{std::string("c-ares does not start: ") + ares_strerror(status)});
    }
    const int status = ares_set_servers_ports_csv(ares_, joined(name_servers, ",").c_str());
    if (status != ARES_SUCCESS) {
        return base::failure(base::Error{"cloud.name_servers: \"" + name_servers_ +
                                         "\" is not a list of addresses, each with or without a port (" +
                                         ares_strerror(status) + ")"});
    }
    return {};
}

void Resolver::Channel::close() {
    closing_ = true;
    timer_.cancel();
    if (ares_ != nullptr) {
        ares_destroy(std::exchange(ares_, nullptr));  // calls back for every open question and socket
        ares_library_cleanup();
    }
    for (auto& [socket, watch] : watches_) {
        watch->open = false;
        (void)watch->descriptor.release();
    }
    watches_.clear();
    asking_.clear();
}

void Resolver::Channel::resolve(const std::string& host, Handler handler) {
    error_code no_literal;
    const auto literal = asio::ip::make_address(host, no_literal);
    if (!no_literal) return reply(std::move(handler), Addresses{literal});
    const auto known = known_.find(host);
    if (known != known_.end() && clock_.steady_now() < known->second.until) {
        return reply(std::move(handler), known->second.addresses);
    }
    auto& asking = asking_[host];
    asking.waiting.push_back(std::move(handler));
    if (asking.waiting.size() > 1) return;

    const auto number = asking.number = ++last_number_;
    constexpr std::array kFamilies = {AF_INET, AF_INET6};
    asking.open = kFamilies.size();
    for (const int family : kFamilies) {
        ares_addrinfo_hints hints{};
        hints.ai_flags = ARES_AI_NOSORT;
        hints.ai_family = family;
        ares_getaddrinfo(ares_, host.c_str(), nullptr, &hints, &Channel::on_answer,
                         new Question{shared_from_this(), host, number});
    }
    set_timer();
}

void Resolver::Channel::on_answer(void* opaque, int status, int, ares_addrinfo* info) {
    const std::unique_ptr<Question> question(static_cast<Question*>(opaque));
    question->channel->take(*question, status, info);
    if (info != nullptr) ares_freeaddrinfo(info);
}

void Resolver::Channel::take(const Question& question, int status, const ares_addrinfo* info) {
    if (closing_) return;
    const auto found = asking_.find(question.host);
    if (found == asking_.end() || found->second.number != question.number) return;  // the grace has passed
    Asking& asking = found->second;
    if (status == ARES_SUCCESS && info != nullptr) {
        read_answer(*info, asking.answer);
    } else if (status != ARES_SUCCESS && !is_an_answer(status)) {
        asking.failure = status;
    }
    if (--asking.open == 0) return finish(question.host);
    if (asking.answer.addresses.empty()) return;
    asking.grace = std::make_unique<asio::steady_timer>(loop_, kGrace);
    asking.grace->async_wait(
        [self = shared_from_this(), host = question.host, number = question.number](const error_code& error) {
            if (error || self->closing_) return;
            const auto late = self->asking_.find(host);
            if (late != self->asking_.end() && late->second.number == number) self->finish(host);
        });
}

void Resolver::Channel::finish(const std::string& host) {
    Asking asking = std::move(asking_[host]);
    asking_.erase(host);
    auto& answer = asking.answer;
    base::Result<Addresses, base::Error> result;
    if (!answer.addresses.empty()) {
        known_[host] = {answer.addresses, clock_.steady_now() + answer.time_to_live};
        result = std::move(answer.addresses);
    } else if (asking.failure == ARES_SUCCESS) {
        known_.erase(host);
        result = base::failure(
            base::Error{"the name servers " + name_servers_ + " know no address of " + host + "; check cloud.host"});
    } else if (const auto known = known_.find(host); known != known_.end()) {
        result = known->second.addresses;
    } else {
        result = base::failure(base::Error{"the name servers " + name_servers_ + " gave no answer for " + host + " (" +
                                           ares_strerror(asking.failure) +
                                           "); check the internet connection, a firewall, and cloud.name_servers"});
    }
    for (auto& handler : asking.waiting) reply(std::move(handler), result);
}

void Resolver::Channel::reply(Handler handler, base::Result<Addresses, base::Error> result) {
    asio::post(loop_, [self = shared_from_this(), handler = std::move(handler), result = std::move(result)]() mutable {
        if (!self->closing_) handler(std::move(result));
    });
}

void Resolver::Channel::on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<Channel*>(self)->watch(socket, readable != 0, writable != 0);
}

void Resolver::Channel::watch(ares_socket_t socket, bool readable, bool writable) {
    const auto found = watches_.find(socket);
    if (!readable && !writable) {  // c-ares is about to close it
        if (found == watches_.end()) return;
        found->second->open = false;
        (void)found->second->descriptor.release();
        watches_.erase(found);
        return;
    }
    std::shared_ptr<Watch> watch;
    if (found != watches_.end()) {
        watch = found->second;
    } else {
        watch = std::make_shared<Watch>(loop_);
        error_code error;
        watch->descriptor.assign(socket, error);
        if (error) return;  // the question will run into its time limit
        watches_.emplace(socket, watch);
    }
    watch->want_read = readable;
    watch->want_write = writable;
    wait(socket, watch);
}

void Resolver::Channel::wait(ares_socket_t socket, const std::shared_ptr<Watch>& watch) {
    using Descriptor = asio::posix::stream_descriptor;
    if (watch->want_read && !watch->waiting_read) {
        watch->waiting_read = true;
        watch->descriptor.async_wait(Descriptor::wait_read,
                                     [self = shared_from_this(), socket, watch](const error_code& error) {
                                         watch->waiting_read = false;
                                         if (error || self->closing_ || !watch->open) return;
                                         self->process(socket, ARES_SOCKET_BAD);
                                         if (watch->open) self->wait(socket, watch);
                                     });
    }
    if (watch->want_write && !watch->waiting_write) {
        watch->waiting_write = true;
        watch->descriptor.async_wait(Descriptor::wait_write,
                                     [self = shared_from_this(), socket, watch](const error_code& error) {
                                         watch->waiting_write = false;
                                         if (error || self->closing_ || !watch->open) return;
                                         self->process(ARES_SOCKET_BAD, socket);
                                         if (watch->open) self->wait(socket, watch);
                                     });
    }
}

void Resolver::Channel::process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(ares_, readable, writable);
    set_timer();
}

void Resolver::Channel::set_timer() {
    timeval until{};
    if (ares_timeout(ares_, nullptr, &until) == nullptr) {
        timer_.cancel();
        return;
    }
    // A millisecond more than asked for, because c-ares looks only at what is past.
    timer_.expires_after(std::chrono::seconds(until.tv_sec) + std::chrono::microseconds(until.tv_usec) +
                         std::chrono::milliseconds(1));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->closing_) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
}

base::Result<std::unique_ptr<Resolver>, base::Error> Resolver::create(asio::io_context& loop, const base::Clock& clock,
                                                                      const std::vector<std::string>& name_servers,
                                                                      Timing timing) {
    auto channel = std::make_shared<Channel>(loop, clock, name_servers);
    if (auto opened = channel->open(name_servers, timing); !opened) {
        channel->close();
        return base::failure(std::move(opened.error()));
    }
    return std::unique_ptr<Resolver>(new Resolver(std::move(channel)));
}

Resolver::Resolver(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

Resolver::~Resolver() {
    channel_->close();
}

void Resolver::resolve(const std::string& host, Handler handler) {
    channel_->resolve(host, std::move(handler));
}

}  // namespace millrace::capture
