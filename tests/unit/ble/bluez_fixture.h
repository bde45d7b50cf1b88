// A message bus of the test's own, the mock of BlueZ on it, and the loop that runs everything with a deadline.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/system_clock.h"
#include "ble/radio.h"
#include "support/temporary_folder.h"
#include "unit/ble/sink.h"

namespace millrace::ble::test {

using Json = nlohmann::json;

// The test machine may be busy with other builds.
inline constexpr std::chrono::seconds kPatience{30};

inline const bool kPipeSignalIgnored = ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

// A program started with a pipe to it and one from it.
class Program {
public:
    ~Program() { kill(); }

    // Its complaints go to `log`; empty: to the test's.
    void start(const std::vector<std::string>& words, const std::string& log = "") {
        int in[2];
        int out[2];
        ASSERT_EQ(::pipe2(in, O_CLOEXEC) + ::pipe2(out, O_CLOEXEC), 0);
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            if (!log.empty()) ::dup2(::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600), 2);
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        in_ = in[1];
        out_ = out[0];
        ::fcntl(out_, F_SETFL, O_NONBLOCK);
    }

    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
        ::close(in_);
        ::close(out_);
        rest_.clear();
    }

    void say(const std::string& line) const { ASSERT_EQ(::write(in_, line.data(), line.size()), std::ssize(line)); }

    // The whole lines that have come since.
    std::vector<std::string> lines() {
        std::array<char, 4096> buffer;
        ssize_t count = 0;
        while (pid_ > 0 && (count = ::read(out_, buffer.data(), buffer.size())) > 0) {
            rest_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        std::vector<std::string> found;
        for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1)) {
            found.push_back(rest_.substr(0, end));
        }
        return found;
    }

private:
    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string rest_;
};

class MessageBus {
public:
    // `policy`: what follows the rule that allows everything.
    explicit MessageBus(std::string policy = "") : policy_(std::move(policy)) {}

    [[nodiscard]] std::string address() const { return "unix:path=" + (folder_ / "bus"); }

    void start() {
        const std::string config = folder_ / "bus.conf";
        std::ofstream(config) << "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
                                 "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig>"
                              << "<listen>" << address() << "</listen><auth>EXTERNAL</auth><policy context=\"default\">"
                              << "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/>"
                              << "<allow user=\"*\"/>" << policy_ << "</policy></busconfig>";
        program_.start({"/usr/bin/dbus-daemon", "--config-file=" + config, "--nofork", "--nopidfile"}, folder_ / "log");
        const auto deadline = std::chrono::steady_clock::now() + kPatience;
        while (!accepts() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }
    void kill() { program_.kill(); }

private:
    [[nodiscard]] bool accepts() const {
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        const std::string path = folder_ / "bus";
        path.copy(where.sun_path, sizeof where.sun_path - 1);
        const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool accepted = ::connect(probe, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
        ::close(probe);
        return accepted;
    }

    support::TemporaryFolder folder_;
    std::string policy_;
    Program program_;
};

// Waits that are short enough for a test, and still in their real order.
inline Limits quick() {
    Limits limits;
    limits.first_wait = base::Milliseconds{50};
    limits.longest_wait = base::Milliseconds{400};
    limits.attributes = base::Milliseconds{300};
    return limits;
}

class BluezTest : public ::testing::Test {
protected:
    BluezTest() : BluezTest("") {}
    explicit BluezTest(std::string policy) : bus(std::move(policy)) {}

    void start_bluez() {
        bluez.start({"/usr/bin/python3", MILLRACE_SOURCE_DIR "/tests/unit/ble/mock_bluez.py", bus.address()});
        const std::size_t from = events.size();
        ASSERT_TRUE(run_until([&] { return has_event("ready", true, from); })) << "the mock of BlueZ does not start";
    }

    // Bus and BlueZ with these adapters.
    void start_house(const std::vector<std::string>& adapters = {"hci0"}) {
        bus.start();
        start_bluez();
        for (const std::string& name : adapters) air({{"do", "adapter"}, {"name", name}});
    }

    void start_radio(Settings settings = {}, Limits limits = quick()) {
        settings.enabled = true;
        settings.bus_address = bus.address();
        radio = std::make_unique<Radio>(
            std::move(settings), Surroundings{loop, clock, sink, sink, [this] { return ++last_connection; }}, limits);
        radio->start();
    }

    // Has the mock do something, and waits until it is done.
    void air(const Json& command) {
        const std::size_t from = events.size();
        bluez.say(command.dump() + "\n");
        ASSERT_TRUE(run_until([&] {
            return std::any_of(events.begin() + static_cast<std::ptrdiff_t>(from), events.end(),
                               [](const Json& event) { return event.contains("done"); });
        })) << command;
    }

    bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = kPatience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (true) {
            for (const std::string& line : bluez.lines()) events.push_back(Json::parse(line));
            if (done()) return true;
            if (std::chrono::steady_clock::now() > deadline) return false;
            loop.restart();
            loop.run_for(std::chrono::milliseconds{2});
        }
    }

    [[nodiscard]] bool has_event(const std::string& key, const Json& value, std::size_t from = 0) const {
        return count_events(key, value, from) > 0;
    }
    [[nodiscard]] std::ptrdiff_t count_events(const std::string& key, const Json& value, std::size_t from = 0) const {
        return std::count_if(events.begin() + static_cast<std::ptrdiff_t>(from), events.end(),
                             [&](const Json& event) { return event.contains(key) && event[key] == value; });
    }
    [[nodiscard]] const Json& last_call(const std::string& method) const {
        for (auto event = events.rbegin(); event != events.rend(); ++event) {
            if (event->contains("call") && (*event)["call"] == method) return *event;
        }
        static const Json kNone;
        return kNone;
    }

    [[nodiscard]] ports::BluetoothState state() const { return radio->bluetooth(); }
    [[nodiscard]] bool works() const { return state().state == ports::BluetoothPart::Working; }
    [[nodiscard]] ports::HealthItem health() const {
        std::vector<ports::HealthItem> items;
        radio->health(items);
        return items.at(0);
    }
    [[nodiscard]] double metric(const std::string& name, const std::string& label = "") const {
        std::vector<ports::Metric> metrics;
        radio->metrics(metrics);
        for (const auto& metric : metrics) {
            const bool is_it = label.empty() || (!metric.labels.empty() && metric.labels[0].second == label);
            if (metric.name == name && is_it) return metric.value;
        }
        return -1;
    }

    boost::asio::io_context loop;
    base::SystemClock clock;
    MessageBus bus;
    Program bluez;
    std::vector<Json> events;  // of the mock
    Sink sink;
    ports::ConnectionId last_connection = 100;
    std::unique_ptr<Radio> radio;
};

}  // namespace millrace::ble::test
