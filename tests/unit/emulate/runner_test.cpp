// The whole emulator against a small server in a thread of its own, on loopback.
#include "emulate/runner.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "message/message.h"
#include "mqtt/server_session.h"

namespace millrace::emulate {
namespace {

using Tcp = boost::asio::ip::tcp;

// Answers boot frames, acknowledges samples and keeps them. Breaks off each of the first connections after some bytes.
class SmallServer {
public:
    explicit SmallServer(int connections_to_break) : to_break_(connections_to_break) {
        accept();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~SmallServer() {
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::vector<message::Sample> samples() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
        thread_ = std::thread([] {});
        return samples_;
    }

private:
    struct Connection {
        Connection(boost::asio::io_context& context) : socket(context) {}
        Tcp::socket socket;
        mqtt::ServerSession session{mqtt::ServerLimits{}, base::SteadyTime{}};
        std::array<std::uint8_t, 4096> buffer{};
        std::size_t bytes_left = SIZE_MAX;
    };

    void accept() {
        auto connection = std::make_shared<Connection>(context_);
        acceptor_.async_accept(connection->socket, [this, connection](const boost::system::error_code& error) {
            if (error) return;
            if (to_break_-- > 0) connection->bytes_left = 2000;
            read(connection);
            accept();
        });
    }

    void read(const std::shared_ptr<Connection>& connection) {
        connection->socket.async_read_some(boost::asio::buffer(connection->buffer), [this, connection](
                                                                                        const boost::system::error_code&
                                                                                            error,
                                                                                        std::size_t size) {
            if (error) return;
            if (size > connection->bytes_left) return connection->socket.close();
            if (connection->bytes_left != SIZE_MAX) connection->bytes_left -= size;
            carry_out(*connection, connection->session.on_bytes({connection->buffer.data(), size}, base::SteadyTime{}));
            read(connection);
        });
    }

    void carry_out(Connection& connection, const mqtt::ServerActions& actions) {
        for (const auto& action : actions) {
            boost::system::error_code ignored;
            if (const auto* send = std::get_if<mqtt::Send>(&action)) {
                boost::asio::write(connection.socket, boost::asio::buffer(send->bytes), ignored);
            } else if (const auto* delivered = std::get_if<mqtt::Delivered>(&action)) {
                deliver(connection, *delivered);
            }
        }
    }

    void deliver(Connection& connection, const mqtt::Delivered& delivered) {
        const mqtt::Publish& publish = delivered.publish;
        const message::Topic topic = message::parse_topic(publish.topic);
        const auto decoded = message::decode(topic, publish.payload);
        if (decoded && topic.kind == message::Kind::Boot) {
            message::BootResponse response;
            if (std::get<message::Boot>(*decoded).bridge_id) response.peaks = 500;
            carry_out(connection, connection.session.publish(message::downstream_topic(*topic.device, 1, 2),
                                                             base::to_bytes(encode(response)), mqtt::Qos::AtMostOnce));
        }
        if (decoded && topic.kind == message::Kind::Samples) {
            for (const auto& sample : std::get<message::Samples>(*decoded).samples) samples_.push_back(sample);
        }
        carry_out(connection, connection.session.acknowledge(delivered.receipt));
    }

    boost::asio::io_context context_{1};
    Tcp::acceptor acceptor_{context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    std::thread thread_;
    std::vector<message::Sample> samples_;
    int to_break_;
};

class RunnerTest : public testing::Test {
protected:
    ~RunnerTest() override {
        (void)::unlink(trace.c_str());
        (void)::unlink(ledger.c_str());
    }

    std::string trace = testing::TempDir() + "millrace_run_" + std::to_string(::getpid()) + ".csv";
    std::string ledger = testing::TempDir() + "millrace_ledger_" + std::to_string(::getpid()) + ".csv";
};

TEST_F(RunnerTest, DeliversAWholeTraceThroughBrokenConnectionsAndKeepsALedger) {
    constexpr int kRows = 2000;
    {
        std::ofstream file(trace);
        file << "unix_timestamp,cumulative_peaks\n";
        for (int i = 0; i <= kRows; ++i) file << 1'700'000'000 + 10 * i << ',' << 3 * i << '\n';
    }
    SmallServer server(4);
    Settings settings;
    settings.port = server.port();
    settings.trace_file = trace;
    settings.keep_trace_times = true;
    settings.speed = 5'000;
    settings.ledger_file = ledger;
    std::ostringstream log;
    EXPECT_EQ(run(settings, log), 0) << log.str();
    EXPECT_NE(log.str().find("reconnects 4"), std::string::npos) << log.str();

    const std::vector<message::Sample> samples = server.samples();
    std::set<std::pair<std::int64_t, std::uint32_t>> received;
    for (const auto& sample : samples) received.emplace(sample.timestamp_s, sample.value);
    ASSERT_FALSE(samples.empty());
    EXPECT_EQ(samples.back().value, 500U + 3 * kRows);

    std::ifstream file(ledger);
    std::string line;
    std::size_t lines = 0;
    while (std::getline(file, line)) {
        ++lines;
        std::int64_t time = 0;
        std::uint32_t value = 0;
        ASSERT_EQ(std::sscanf(line.c_str(), "61DA80B500000001,%" SCNd64 ",%u", &time, &value), 2) << line;
        EXPECT_TRUE(received.contains({time, value})) << line;
        EXPECT_EQ(value, 500U + 3U * static_cast<unsigned>((time - 1'700'000'000) / 10));
    }
    EXPECT_EQ(lines, received.size());
}

TEST_F(RunnerTest, ManyBridgesRunForTheirDuration) {
    SmallServer server(0);
    Settings settings;
    settings.port = server.port();
    settings.bridges = 20;
    settings.speed = 20'000;
    settings.duration = std::chrono::hours{24};
    std::ostringstream log;
    EXPECT_EQ(run(settings, log), 0) << log.str();
    EXPECT_GT(server.samples().size(), 1000U) << log.str();
}

TEST_F(RunnerTest, SaysWhatIsWrong) {
    Settings settings;
    settings.bridges = 0;
    std::ostringstream log;
    EXPECT_EQ(run(settings, log), 2);
    EXPECT_NE(log.str().find("number of bridges"), std::string::npos);
    settings = {};
    settings.trace_file = "/nonexistent/trace.csv";
    EXPECT_EQ(run(settings, log), 1);
    EXPECT_NE(log.str().find("/nonexistent/trace.csv"), std::string::npos);
}

}  // namespace
}  // namespace millrace::emulate
