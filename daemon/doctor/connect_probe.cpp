#include "doctor/connect_probe.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <boost/asio/ip/tcp.hpp>

#include "mqtt/packet_parser.h"
#include "mqtt/packet_writer.h"

namespace millrace::doctor {
namespace {

using Tcp = boost::asio::ip::tcp;

constexpr base::Milliseconds kLimit{3'000};
// More addresses of one name are not tried.
constexpr std::size_t kMostTargets = 16;

std::string text(const Tcp::endpoint& target) {
    const std::string address = target.address().to_string();
    return (target.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(target.port());
}

struct Attempt {
    ConnectOutcome outcome;
    Descriptor socket;
    bool open = true;

    void end(int error_number) {
        open = false;
        if (error_number != 0) outcome.failure = words_of(error_number);
    }
};

Attempt begin(const Tcp::endpoint& target) {
    const int family = target.address().is_v4() ? AF_INET : AF_INET6;
    Attempt attempt{{text(target), ""}, Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))};
    if (attempt.socket.number() < 0) {
        attempt.end(errno);
    } else if (::connect(attempt.socket.number(), target.data(), socklen_t(target.size())) == 0) {
        attempt.end(0);
    } else if (errno != EINPROGRESS) {
        attempt.end(errno);
    }
    return attempt;
}

void settle(Attempt& attempt) {
    int error_number = 0;
    socklen_t size = sizeof error_number;
    ::getsockopt(attempt.socket.number(), SOL_SOCKET, SO_ERROR, &error_number, &size);
    attempt.end(error_number);
}

std::vector<Attempt> attempts_at(const Targets& targets, const Wait& wait) {
    std::vector<Attempt> attempts;
    for (const auto& [address, port] : targets) {
        if (attempts.size() < kMostTargets) attempts.push_back(begin({address, port}));
    }
    while (!wait.over()) {
        std::vector<pollfd> sockets;
        std::vector<Attempt*> waiting;
        for (Attempt& attempt : attempts) {
            if (!attempt.open) continue;
            sockets.push_back({attempt.socket.number(), POLLOUT, 0});
            waiting.push_back(&attempt);
        }
        if (sockets.empty() || !wait.poll(sockets)) break;
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            if (sockets[i].revents != 0) settle(*waiting[i]);
        }
    }
    for (Attempt& attempt : attempts) {
        if (attempt.open) attempt.end(ETIMEDOUT);
    }
    return attempts;
}

// What the broker says to a CONNECT; nothing when it says something else, or nothing in time.
std::optional<mqtt::Connack> connack(int socket, const BrokerLogin& login, const Wait& wait) {
    mqtt::Connect connect;
    connect.client_id = "millrace-doctor-" + std::to_string(::getpid());  // no other client's, which would be cut off
    constexpr std::uint16_t kKeepAlive = 10;
    connect.keep_alive_s = kKeepAlive;
    if (!login.user_name.empty()) connect.user_name = login.user_name;
    if (!login.password.empty()) connect.password = base::to_bytes(login.password);
    base::Bytes packet = mqtt::to_wire(connect);
    const ssize_t sent = ::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL);
    ::explicit_bzero(packet.data(), packet.size());
    if (connect.password) ::explicit_bzero(connect.password->data(), connect.password->size());
    if (sent < 0) return std::nullopt;
    mqtt::PacketParser parser;
    while (!wait.over()) {
        std::vector<pollfd> sockets{{socket, POLLIN, 0}};
        if (!wait.poll(sockets)) return std::nullopt;
        std::array<std::uint8_t, 256> bytes{};
        const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), 0);
        if (size <= 0) return std::nullopt;
        parser.feed({bytes.data(), static_cast<std::size_t>(size)});
        const mqtt::ParseResult result = parser.next();
        if (std::holds_alternative<mqtt::NeedMore>(result)) continue;
        const auto* answer = std::get_if<mqtt::Packet>(&result);
        const auto* accepted = answer == nullptr ? nullptr : std::get_if<mqtt::Connack>(answer);
        return accepted == nullptr ? std::nullopt : std::optional(*accepted);
    }
    return std::nullopt;
}

BrokerAnswer meaning(mqtt::ConnectReturnCode code) {
    switch (code) {
        case mqtt::ConnectReturnCode::Accepted: return BrokerAnswer::Accepted;
        case mqtt::ConnectReturnCode::BadUserNameOrPassword: return BrokerAnswer::BadCredentials;
        case mqtt::ConnectReturnCode::NotAuthorized: return BrokerAnswer::NotAuthorised;
        default: return BrokerAnswer::Refused;
    }
}

}  // namespace

std::vector<ConnectOutcome> connect_to(const Targets& targets, const Bounds& bounds) {
    const Wait wait(bounds, kLimit);
    std::vector<ConnectOutcome> outcomes;
    for (const Attempt& attempt : attempts_at(targets, wait)) outcomes.push_back(attempt.outcome);
    return outcomes;
}

BrokerOutcome ask_broker(const Targets& targets, const BrokerLogin& login, const Bounds& bounds) {
    const Wait wait(bounds, kLimit);
    BrokerOutcome outcome{BrokerAnswer::Unreachable, "no address"};
    for (const Attempt& attempt : attempts_at(targets, wait)) {
        outcome.failure = attempt.outcome.failure;
        if (!outcome.failure.empty()) continue;
        if (login.tls) return {BrokerAnswer::NotAsked, ""};
        const Wait more(bounds, kLimit);
        const auto answer = connack(attempt.socket.number(), login, more);
        if (!answer) return {BrokerAnswer::NoMqtt, "no CONNACK"};
        return {meaning(answer->return_code), ""};
    }
    return outcome;
}

}  // namespace millrace::doctor
