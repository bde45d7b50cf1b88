#include "doctor/time_probe.h"

#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <boost/asio/ip/udp.hpp>

#include "doctor/sntp.h"

namespace millrace::doctor {
namespace {

using Udp = boost::asio::ip::udp;

constexpr base::Milliseconds kLimit{2'000};

std::uint64_t chance() {
    std::uint64_t number = 0;
    // So few bytes are only refused by kernels older than we run on.
    if (::getentropy(&number, sizeof number) != 0) std::abort();
    return number;
}

// One question under way.
struct Question {
    TimeAnswer answer;
    Descriptor socket;
    std::uint64_t cookie = chance();
    base::WallTime sent{};
    bool open = true;

    void end(std::string failure) {
        answer.failure = std::move(failure);
        open = false;
    }
};

void send(Question& question, const TimeServer& server, const base::Clock& clock) {
    const Udp::endpoint to(server.address, server.port);
    const SntpPacket packet = sntp_question(question.cookie);
    // Connected, so that the kernel passes on answers of that server only, and tells when nobody listens there.
    if (question.socket.number() < 0 || ::connect(question.socket.number(), to.data(), socklen_t(to.size())) != 0) {
        return question.end(words_of(errno));
    }
    question.sent = clock.wall_now();
    if (::send(question.socket.number(), packet.data(), packet.size(), 0) < 0) question.end(words_of(errno));
}

void receive(Question& question, base::WallTime now) {
    std::array<std::uint8_t, 512> packet{};
    const ssize_t size = ::recv(question.socket.number(), packet.data(), packet.size(), 0);
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) question.end(words_of(errno));
        return;
    }
    const auto time = sntp_answer({packet.data(), static_cast<std::size_t>(size)}, question.cookie);
    if (!time) return question.end(time.error().message);
    question.open = false;
    const base::Milliseconds there = time->received - question.sent;
    const base::Milliseconds back = time->sent - now;
    question.answer.ahead = -(there + back) / 2;
    question.answer.margin = ((now - question.sent) - (time->sent - time->received)) / 2;
}

}  // namespace

std::vector<TimeAnswer> ask_times(const std::vector<TimeServer>& servers, const Bounds& bounds) {
    std::vector<std::unique_ptr<Question>> questions;
    for (const TimeServer& server : servers) {
        const int family = server.address.is_v4() ? AF_INET : AF_INET6;
        const int socket = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        questions.push_back(std::make_unique<Question>(Question{{server.name, "", {}, {}}, Descriptor(socket)}));
        send(*questions.back(), server, bounds.clock);
    }
    const Wait wait(bounds, kLimit);
    while (!wait.over()) {
        std::vector<pollfd> sockets;
        std::vector<Question*> waiting;
        for (const auto& question : questions) {
            if (!question->open) continue;
            sockets.push_back({question->socket.number(), POLLIN, 0});
            waiting.push_back(question.get());
        }
        if (sockets.empty() || !wait.poll(sockets)) break;
        const base::WallTime now = bounds.clock.wall_now();
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            if (sockets[i].revents != 0) receive(*waiting[i], now);
        }
    }
    std::vector<TimeAnswer> answers;
    for (const auto& question : questions) {
        if (question->open) question->end("it does not answer");
        answers.push_back(question->answer);
    }
    return answers;
}

std::optional<bool> kernel_synchronised() {
    timex state{};
    const int told = ::adjtimex(&state);
    if (told < 0) return std::nullopt;
    return told != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace millrace::doctor
