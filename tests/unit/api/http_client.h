// A blocking HTTP client on a raw socket, for tests that must misbehave, and a loop that runs on a thread beside it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace millrace::api {

class LoopThread {
public:
    LoopThread() : guard_(loop.get_executor()), thread_([this] { loop.run(); }) {}
    ~LoopThread() {
        guard_.reset();
        loop.stop();
        thread_.join();
    }

    // Runs something on the loop and waits for it.
    template <typename Work>
    auto run(Work work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        boost::asio::post(loop, [&task] { task(); });
        return result.get();
    }

    boost::asio::io_context loop;

private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

class HttpClient {
public:
    struct Answer {
        int status = 0;
        std::string head;
        std::string body;
    };

    explicit HttpClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~HttpClient() { close(); }
    HttpClient(HttpClient&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), connected_(other.connected_), buffer_(other.buffer_) {}
    HttpClient& operator=(HttpClient&&) = delete;

    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

    // False once the server has closed its side.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    // Whether something, or the end, can be read within the time.
    bool readable(int milliseconds) const {
        pollfd wanted{descriptor_, POLLIN, 0};
        return ::poll(&wanted, 1, milliseconds) > 0;
    }

    // Reads on; false at the end of the stream, on reset, and when nothing came for ten seconds.
    bool receive() {
        if (!readable(10'000)) return false;
        char chunk[16 * 1024];
        const ssize_t size = ::recv(descriptor_, chunk, sizeof chunk, 0);
        if (size <= 0) return false;
        buffer_.append(chunk, static_cast<std::size_t>(size));
        return true;
    }

    // The next answer; without a body when it answers HEAD. Nothing when the connection ended first.
    std::optional<Answer> answer(bool to_head = false) {
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) return std::nullopt;
        }
        Answer answer;
        answer.head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        answer.status = std::atoi(answer.head.c_str() + 9);
        const std::size_t at = answer.head.find("Content-Length: ");
        const std::size_t length =
            at == std::string::npos || to_head ? 0 : std::strtoul(answer.head.c_str() + at + 16, nullptr, 10);
        while (buffer_.size() < length) {
            if (!receive()) return std::nullopt;
        }
        answer.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return answer;
    }

    // Whether the server closes the connection, whatever it still sends before.
    bool closed_by_server() {
        while (receive()) buffer_.clear();
        char byte = 0;
        return readable(0) && ::recv(descriptor_, &byte, 1, MSG_DONTWAIT) <= 0;
    }

    [[nodiscard]] bool connected() const { return connected_; }

private:
    int descriptor_;
    bool connected_ = false;
    std::string buffer_;
};

}  // namespace millrace::api
