// A real Mosquitto for the tests, somebody who listens to it, and the loop that runs everything with a deadline.
#pragma once

#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/system_clock.h"
#include "publish/publisher.h"

namespace millrace::publish::testing {

using Deadline = std::chrono::milliseconds;

// The test machine may be busy with other builds.
inline constexpr Deadline kPatience{20'000};

// The daemon ignores it too: libmosquitto 2.0.11 writes to connections that are gone.
inline const bool kPipeSignalIgnored = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

inline std::uint16_t free_port() {
    const int socket_fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket_fd);
    return ntohs(address.sin_port);
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = std::filesystem::temp_directory_path() / "millrace-publish-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
        std::filesystem::permissions(path_, std::filesystem::perms::all);  // Mosquitto gives up root's rights
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline void run_command(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

class Broker {
public:
    // `listener` is what follows the line that names the port.
    explicit Broker(std::string listener = "allow_anonymous true\n", bool start_now = true)
        : port_(free_port()), listener_(std::move(listener)) {
        if (start_now) start();
    }
    ~Broker() { kill(); }
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

    void start() {
        const std::string config = folder_.file("mosquitto.conf");
        std::ofstream(config) << "listener " << port_ << " 127.0.0.1\n" << listener_ << "persistence false\n";
        pid_ = ::fork();
        if (pid_ == 0) {
            const int log = ::open(folder_.file("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
            ::dup2(log, 1);
            ::dup2(log, 2);
            ::execl("/usr/sbin/mosquitto", "mosquitto", "-c", config.c_str(), nullptr);
            ::_exit(127);
        }
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!accepts() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(Deadline{10});
        }
    }

    // Accepts and answers nothing any more, as a machine that has hung.
    void pause() { ::kill(pid_, SIGSTOP); }

    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    [[nodiscard]] bool accepts() const {
        const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in address = loopback(port_);
        const bool accepted = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(probe);
        return accepted;
    }

    TemporaryFolder folder_;
    std::uint16_t port_;
    std::string listener_;
    pid_t pid_ = -1;
};

// Subscribes to everything and remembers it, in order.
class Watcher {
public:
    struct Heard {
        std::string topic;
        std::string payload;
        bool retained = false;
    };

    explicit Watcher(std::uint16_t port, const std::string& user = "", const std::string& password = "") {
        mosquitto_lib_init();
        client_ = mosquitto_new(nullptr, true, this);
        if (!user.empty()) mosquitto_username_pw_set(client_, user.c_str(), password.c_str());
        mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* message) {
            const std::string payload(static_cast<const char*>(message->payload),
                                      static_cast<std::size_t>(message->payloadlen));
            static_cast<Watcher*>(self)->heard.push_back({message->topic, payload, message->retain});
        });
        mosquitto_subscribe_callback_set(client_, [](mosquitto*, void* self, int, int, const int*) {
            static_cast<Watcher*>(self)->subscribed_ = true;
        });
        mosquitto_connect_callback_set(
            client_, [](mosquitto* client, void*, int) { mosquitto_subscribe(client, nullptr, "#", 1); });
        mosquitto_connect(client_, "127.0.0.1", port, 60);
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!subscribed_ && std::chrono::steady_clock::now() < deadline) mosquitto_loop(client_, 10, 1);
    }
    ~Watcher() { mosquitto_destroy(client_); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    // The library's loop reads one packet at a time.
    void poll() {
        constexpr int kPackets = 64;
        for (int i = 0; i < kPackets; ++i) mosquitto_loop(client_, 0, 1);
    }

    void say(const std::string& topic, const std::string& payload, bool retain = false) {
        mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), 1, retain);
    }

    // The place of the first such message at or after `from`, or -1.
    [[nodiscard]] int index_of(const std::string& topic, const std::string& payload = "", std::size_t from = 0) const {
        for (std::size_t i = from; i < heard.size(); ++i) {
            const bool matches = payload.empty() || heard[i].payload == payload;
            if (heard[i].topic == topic && matches) return static_cast<int>(i);
        }
        return -1;
    }
    [[nodiscard]] bool has(const std::string& topic, const std::string& payload = "", std::size_t from = 0) const {
        return index_of(topic, payload, from) >= 0;
    }

    std::vector<Heard> heard;

private:
    mosquitto* client_ = nullptr;
    bool subscribed_ = false;
};

// Waits that are short enough for a test, and still in their real order.
inline Timing quick() {
    Timing timing;
    timing.first_redial = base::Milliseconds{50};
    timing.longest_redial = base::Milliseconds{200};
    timing.discovery_settles = base::Milliseconds{100};
    timing.birth_jitter = base::Milliseconds{100};
    return timing;
}

inline Settings settings_for(std::uint16_t port, std::string host = "127.0.0.1") {
    Settings settings;
    settings.host = std::move(host);
    settings.port = port;
    return settings;
}

class House {
public:
    explicit House(const Settings& settings, const Timing& timing = quick(), ports::Alarms* alarms = nullptr,
                   ports::Channels* channels = nullptr)
        : publisher(std::make_unique<Publisher>(
              loop, settings, clock,
              Commands{[this](ports::CloudMode mode) { asked_for.push_back(mode); }, alarms, channels, [] {}}, timing,
              "9.9.9")) {}

    // Runs the loop, and the watcher if there is one, until `done` or the deadline. True when done.
    bool run_until(const std::function<bool()>& done, Watcher* watcher = nullptr, Deadline patience = kPatience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!done()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            loop.restart();
            loop.run_for(Deadline{2});
            if (watcher != nullptr) watcher->poll();
        }
        return true;
    }

    [[nodiscard]] ports::HealthItem health() const {
        std::vector<ports::HealthItem> items;
        publisher->health(items);
        return items.at(0);
    }
    [[nodiscard]] bool connected() const { return health().ok && health().detail.starts_with("connected"); }
    [[nodiscard]] double metric(const std::string& name) const {
        std::vector<ports::Metric> metrics;
        publisher->metrics(metrics);
        for (const auto& metric : metrics) {
            if (metric.name == name) return metric.value;
        }
        return -1;
    }

    boost::asio::io_context loop;
    base::SystemClock clock;
    std::vector<ports::CloudMode> asked_for;  // by command
    std::unique_ptr<Publisher> publisher;
};

}  // namespace millrace::publish::testing
