// Brokers that do not speak MQTT 5: a small pretender answers the CONNECT as old or odd brokers do.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "broker.h"

namespace millrace::publish {
namespace {

using namespace testing;
using boost::asio::ip::tcp;

enum class Answer { OldRefusal, NewRefusal, Close, Silence };

// Takes 3.1.1 and answers everything else as told. Understands no packet but CONNECT.
class PretendBroker {
public:
    PretendBroker(boost::asio::io_context& loop, Answer to_version_5, bool accepts_311 = true)
        : acceptor_(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
          to_version_5_(to_version_5),
          accepts_311_(accepts_311) {
        accept();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void drop_all() { sockets_.clear(); }

    std::vector<int> versions;  // the protocol level of each CONNECT, in order

private:
    struct Visitor {
        explicit Visitor(tcp::socket s) : socket(std::move(s)) {}
        tcp::socket socket;
        std::array<std::uint8_t, 512> bytes{};
    };

    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
            if (error) return;
            auto visitor = std::make_shared<Visitor>(std::move(socket));
            sockets_.push_back(visitor);
            read_connect(visitor);
            accept();
        });
    }

    void read_connect(const std::shared_ptr<Visitor>& visitor) {
        visitor->socket.async_read_some(boost::asio::buffer(visitor->bytes),
                                        [this, visitor](auto error, std::size_t n) {
                                            // Fixed header of two bytes (a short CONNECT), then 00 04 'M' 'Q' 'T' 'T'
                                            // and the protocol level.
                                            constexpr std::size_t kLevelAt = 8;
                                            if (error || n <= kLevelAt || visitor->bytes[0] != 0x10) return;
                                            versions.push_back(visitor->bytes[kLevelAt]);
                                            answer(*visitor, visitor->bytes[kLevelAt]);
                                        });
    }

    void answer(Visitor& visitor, int version) {
        if (version == 4) {
            const std::array<std::uint8_t, 4> connack{0x20, 0x02, 0x00,
                                                      static_cast<std::uint8_t>(accepts_311_ ? 0x00 : 0x01)};
            boost::asio::write(visitor.socket, boost::asio::buffer(connack));
            return;
        }
        boost::system::error_code ignored;
        switch (to_version_5_) {
            case Answer::OldRefusal: {
                const std::array<std::uint8_t, 4> connack{0x20, 0x02, 0x00, 0x01};
                boost::asio::write(visitor.socket, boost::asio::buffer(connack));
                visitor.socket.close(ignored);
                break;
            }
            case Answer::NewRefusal: {
                const std::array<std::uint8_t, 5> connack{0x20, 0x03, 0x00, 0x84, 0x00};
                boost::asio::write(visitor.socket, boost::asio::buffer(connack));
                visitor.socket.close(ignored);
                break;
            }
            case Answer::Close: visitor.socket.close(ignored); break;
            case Answer::Silence: break;
        }
    }

    tcp::acceptor acceptor_;
    Answer to_version_5_;
    bool accepts_311_;
    std::vector<std::shared_ptr<Visitor>> sockets_;
};

class ProtocolFallback : public ::testing::TestWithParam<Answer> {};

TEST_P(ProtocolFallback, ABrokerWithout5IsServedWith311) {
    boost::asio::io_context loop;
    PretendBroker broker(loop, GetParam());
    Timing timing = quick();
    timing.connack_wait = base::Milliseconds{300};
    const base::SystemClock clock;
    Publisher publisher(loop, settings_for(broker.port()), clock, {}, timing);
    publisher.start();
    std::vector<ports::HealthItem> health;
    const auto deadline = clock.steady_now() + kPatience;
    while (clock.steady_now() < deadline) {
        loop.run_for(Deadline{5});
        health.clear();
        publisher.health(health);
        if (health[0].detail.ends_with("with MQTT 3.1.1")) break;
    }
    EXPECT_TRUE(health[0].detail.ends_with("with MQTT 3.1.1")) << health[0].detail;
    ASSERT_GE(broker.versions.size(), 2u);
    EXPECT_EQ(broker.versions[0], 5);
    EXPECT_EQ(broker.versions[1], 4);
}

INSTANTIATE_TEST_SUITE_P(Answers, ProtocolFallback,
                         ::testing::Values(Answer::OldRefusal, Answer::NewRefusal, Answer::Close, Answer::Silence));

void run_until_versions(boost::asio::io_context& loop, const PretendBroker& broker, std::size_t count) {
    const base::SystemClock clock;
    const auto deadline = clock.steady_now() + kPatience;
    while (broker.versions.size() < count && clock.steady_now() < deadline) loop.run_for(Deadline{5});
}

TEST(ProtocolVersions, AfterARefusalTheNextSessionBeginsWith311) {
    boost::asio::io_context loop;
    PretendBroker broker(loop, Answer::NewRefusal);
    const base::SystemClock clock;
    Publisher publisher(loop, settings_for(broker.port()), clock, {}, quick());
    publisher.start();
    run_until_versions(loop, broker, 2);
    loop.run_for(Deadline{50});
    broker.drop_all();
    run_until_versions(loop, broker, 3);
    EXPECT_EQ(broker.versions, (std::vector<int>{5, 4, 4}));
}

TEST(ProtocolVersions, ABrokerThatTakesNeitherVersionIsAskedInTurn) {
    boost::asio::io_context loop;
    PretendBroker broker(loop, Answer::OldRefusal, false);
    const base::SystemClock clock;
    Publisher publisher(loop, settings_for(broker.port()), clock, {}, quick());
    publisher.start();
    run_until_versions(loop, broker, 4);
    ASSERT_GE(broker.versions.size(), 4u);
    EXPECT_EQ(std::vector<int>(broker.versions.begin(), broker.versions.begin() + 4), (std::vector<int>{5, 4, 5, 4}));
}

TEST(ProtocolVersions, ABrokerThatNeverAnswersIsDialledAgainAndReported) {
    boost::asio::io_context loop;
    PretendBroker broker(loop, Answer::Silence, false);
    Timing timing = quick();
    timing.connack_wait = base::Milliseconds{200};
    const base::SystemClock clock;
    Publisher publisher(loop, settings_for(broker.port()), clock, {}, timing);
    publisher.start();
    run_until_versions(loop, broker, 3);
    EXPECT_GE(broker.versions.size(), 3u);
    std::vector<ports::HealthItem> health;
    publisher.health(health);
    EXPECT_FALSE(health[0].ok);
}

}  // namespace
}  // namespace millrace::publish
