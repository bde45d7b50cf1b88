// The probes against real sockets of this process, on ports that the system picks.
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/write.hpp>

#include "base/system_clock.h"
#include "doctor/connect_probe.h"
#include "doctor/name_probe.h"
#include "doctor/port_probe.h"
#include "doctor/sntp.h"
#include "doctor/store_probe.h"
#include "doctor/time_probe.h"
#include "support/fake_dns.h"
#include "support/temporary_folder.h"
#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

namespace asio = boost::asio;
using testing::Contains;
using testing::IsEmpty;

class Probes : public testing::Test {
protected:
    ~Probes() override { halt(); }

    // Servers of this loop answer from now on.
    void serve() {
        work_.emplace(loop_.get_executor());
        thread_ = std::thread([this] { loop_.run(); });
    }
    void halt() {
        work_.reset();
        loop_.stop();
        if (thread_.joinable()) thread_.join();
    }

    NameLibrary names_;
    base::SystemClock clock_;
    std::atomic<bool> cancelled_{false};
    Bounds bounds_{clock_, cancelled_};
    asio::io_context loop_;

private:
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
    std::thread thread_;
};

NameAnswer answer_of(const std::vector<NameAnswer>& answers, const std::string& server, const std::string& name) {
    const auto found = std::find_if(answers.begin(), answers.end(),
                                    [&](const NameAnswer& one) { return one.server == server && one.name == name; });
    if (found == answers.end()) throw std::logic_error("no answer of " + server + " for " + name);
    return *found;
}

TEST_F(Probes, EachNameServerIsAskedByItself) {
    support::FakeDns here(loop_);
    support::FakeDns elsewhere(loop_);
    here.add("a.example", "192.168.1.10");
    here.add("a.example", "fd00::10");
    elsewhere.add("a.example", "52.1.2.3");
    serve();
    const auto answers = ask_names({here.address(), elsewhere.address()}, {"a.example", "b.example"}, bounds_);
    ASSERT_EQ(answers.size(), 4U);
    const NameAnswer both = answer_of(answers, here.address(), "a.example");
    EXPECT_TRUE(both.answered());
    EXPECT_THAT(both.addresses, testing::UnorderedElementsAre(at("192.168.1.10"), at("fd00::10")));
    EXPECT_THAT(answer_of(answers, elsewhere.address(), "a.example").addresses, testing::ElementsAre(at("52.1.2.3")));
    EXPECT_TRUE(answer_of(answers, here.address(), "b.example").answered());
    EXPECT_THAT(answer_of(answers, here.address(), "b.example").addresses, IsEmpty());
}

TEST_F(Probes, ANameServerThatIsSilentOrRefusesOrIsNoneHasNoAnswer) {
    support::FakeDns silent(loop_);
    support::FakeDns refusing(loop_);
    silent.silent = true;
    refusing.refuses = true;
    serve();
    const base::SteadyTime begun = clock_.steady_now();
    const auto answers = ask_names({silent.address(), refusing.address(), "no address"}, {"a.example"}, bounds_);
    EXPECT_LT(clock_.steady_now() - begun, base::Seconds{6});
    ASSERT_EQ(answers.size(), 3U);
    for (const NameAnswer& one : answers) {
        EXPECT_FALSE(one.answered()) << one.server;
        EXPECT_THAT(one.addresses, IsEmpty());
    }
    EXPECT_EQ(answers[0].failure, "it does not answer");
}

TEST_F(Probes, ANameServerThatKeepsSilentOnIPv6Only) {
    support::FakeDns half(loop_);
    half.add("a.example", "192.168.1.10");
    half.silent_on_ipv6 = true;
    serve();
    const auto answers = ask_names({half.address()}, {"a.example"}, bounds_);
    EXPECT_TRUE(answers.at(0).answered());
    EXPECT_THAT(answers.at(0).addresses, testing::ElementsAre(at("192.168.1.10")));
}

TEST_F(Probes, EndWithTheDaemon) {
    support::FakeDns silent(loop_);
    silent.silent = true;
    serve();
    cancelled_ = true;
    const base::SteadyTime begun = clock_.steady_now();
    EXPECT_FALSE(ask_names({silent.address()}, {"a.example"}, bounds_).at(0).answered());
    EXPECT_LT(clock_.steady_now() - begun, base::Seconds{1});
}

// A time server whose clock is `ahead` of ours.
class FakeNtp {
public:
    FakeNtp(asio::io_context& loop, const base::Clock& clock, base::Milliseconds ahead)
        : clock_(clock), ahead_(ahead), socket_(loop, {asio::ip::address_v4::loopback(), 0}) {
        receive();
    }
    [[nodiscard]] std::uint16_t port() const { return socket_.local_endpoint().port(); }

    std::function<void(SntpPacket&)> spoil;

private:
    void receive() {
        socket_.async_receive_from(
            asio::buffer(packet_), from_, [this](const boost::system::error_code& error, std::size_t) {
                if (error) return;
                const std::uint64_t now =
                    static_cast<std::uint64_t>(base::unix_ms(clock_.wall_now() + ahead_)) + 2'208'988'800'000;
                const std::uint64_t stamp = now / 1'000 << 32U | ((now % 1'000) << 32U) / 1'000;
                std::copy_n(packet_.begin() + 40, 8, packet_.begin() + 24);
                packet_[0] = 0x24;
                packet_[1] = 1;
                for (std::size_t i = 0; i < 8; ++i) {
                    packet_[32 + i] = packet_[40 + i] = static_cast<std::uint8_t>(stamp >> (8 * (7 - i)));
                }
                if (spoil) spoil(packet_);
                socket_.send_to(asio::buffer(packet_), from_);
                receive();
            });
    }

    const base::Clock& clock_;
    base::Milliseconds ahead_;
    asio::ip::udp::socket socket_;
    asio::ip::udp::endpoint from_;
    SntpPacket packet_{};
};

TEST_F(Probes, ATimeServersClockIsComparedWithOurs) {
    FakeNtp right(loop_, clock_, base::Milliseconds{0});
    FakeNtp ahead(loop_, clock_, base::Milliseconds{90'000});
    FakeNtp liar(loop_, clock_, base::Milliseconds{0});
    liar.spoil = [](SntpPacket& packet) { packet[24] ^= 1U; };
    serve();
    const auto loopback = at("127.0.0.1");
    const auto answers = ask_times(
        {{"right", loopback, right.port()}, {"ahead", loopback, ahead.port()}, {"liar", loopback, liar.port()}},
        bounds_);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].failure, "");
    EXPECT_LE(std::chrono::abs(answers[0].ahead) - answers[0].margin, base::Milliseconds{2});
    EXPECT_LE(std::chrono::abs(answers[1].ahead + base::Milliseconds{90'000}) - answers[1].margin,
              base::Milliseconds{2});
    EXPECT_NE(answers[2].failure, "");
}

TEST_F(Probes, ATimeServerThatIsNotThereIsToldSoonerThanOneThatIsSilent) {
    asio::ip::udp::socket silent(loop_, {asio::ip::address_v4::loopback(), 0});
    std::uint16_t gone = 0;
    {
        asio::ip::udp::socket closed(loop_, {asio::ip::address_v4::loopback(), 0});
        gone = closed.local_endpoint().port();
    }
    const auto answers = ask_times(
        {{"gone", at("127.0.0.1"), gone}, {"silent", at("127.0.0.1"), silent.local_endpoint().port()}}, bounds_);
    EXPECT_EQ(answers.at(0).failure, "Connection refused");
    EXPECT_EQ(answers.at(1).failure, "it does not answer");
}

TEST_F(Probes, ConnectionsAreOpenedOrRefused) {
    asio::ip::tcp::acceptor open(loop_, {asio::ip::address_v4::loopback(), 0});
    std::uint16_t shut = 0;
    {
        asio::ip::tcp::acceptor closed(loop_, {asio::ip::address_v4::loopback(), 0});
        shut = closed.local_endpoint().port();
    }
    const auto outcomes =
        connect_to({{at("127.0.0.1"), open.local_endpoint().port()}, {at("127.0.0.1"), shut}}, bounds_);
    ASSERT_EQ(outcomes.size(), 2U);
    EXPECT_EQ(outcomes[0].failure, "");
    EXPECT_EQ(outcomes[0].target, "127.0.0.1:" + std::to_string(open.local_endpoint().port()));
    EXPECT_EQ(outcomes[1].failure, "Connection refused");
}

// Takes one connection and answers whatever is said there.
class FakeBroker {
public:
    FakeBroker(asio::io_context& loop, std::string reply)
        : reply_(std::move(reply)), acceptor_(loop, {asio::ip::address_v4::loopback(), 0}), peer_(loop) {
        acceptor_.async_accept(peer_, [this](const boost::system::error_code& error) {
            if (error) return;
            peer_.async_read_some(asio::buffer(heard_),
                                  [this](const boost::system::error_code& failed, std::size_t size) {
                                      if (failed) return;
                                      heard_.resize(size);
                                      asio::write(peer_, asio::buffer(reply_));
                                      if (reply_.empty()) peer_.close();
                                  });
        });
    }
    [[nodiscard]] Targets targets() const { return {{at("127.0.0.1"), acceptor_.local_endpoint().port()}}; }
    [[nodiscard]] const std::string& heard() const { return heard_; }

private:
    std::string reply_;
    std::string heard_ = std::string(512, '\0');
    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::socket peer_;
};

TEST_F(Probes, ABrokerLetsUsInOrNot) {
    const std::vector<std::pair<std::string, BrokerAnswer>> replies = {
        {std::string("\x20\x02\x00\x00", 4), BrokerAnswer::Accepted},
        {std::string("\x20\x02\x00\x04", 4), BrokerAnswer::BadCredentials},
        {std::string("\x20\x02\x00\x05", 4), BrokerAnswer::NotAuthorised},
        {std::string("\x20\x02\x00\x03", 4), BrokerAnswer::Refused},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", BrokerAnswer::NoMqtt},
        {"", BrokerAnswer::NoMqtt},
    };
    std::vector<std::unique_ptr<FakeBroker>> brokers;
    for (const auto& [reply, answer] : replies) brokers.push_back(std::make_unique<FakeBroker>(loop_, reply));
    serve();
    for (std::size_t i = 0; i < replies.size(); ++i) {
        EXPECT_EQ(ask_broker(brokers[i]->targets(), {"ann", "secret", false}, bounds_).answer, replies[i].second) << i;
    }
    halt();
    EXPECT_NE(brokers[0]->heard().find("millrace-doctor-"), std::string::npos);
    EXPECT_NE(brokers[0]->heard().find("secret"), std::string::npos);
}

TEST_F(Probes, ABrokerThatIsNotThereOrSpeaksTls) {
    EXPECT_EQ(ask_broker({}, {}, bounds_).answer, BrokerAnswer::Unreachable);
    FakeBroker broker(loop_, "");
    serve();
    EXPECT_EQ(ask_broker(broker.targets(), {"", "", true}, bounds_).answer, BrokerAnswer::NotAsked);
}

TEST_F(Probes, ThePortsHolderIsThisProcess) {
    asio::ip::tcp::acceptor open(loop_, {asio::ip::address_v4::loopback(), 0});
    const auto holders = holders_of(open.local_endpoint().port());
    ASSERT_EQ(holders.size(), 1U);
    EXPECT_EQ(holders[0].pid, ::getpid());
    EXPECT_EQ(holders[0].address, "127.0.0.1:" + std::to_string(open.local_endpoint().port()));
    // Under an emulator the process has that one's name.
    std::string own_name;
    ASSERT_TRUE(std::getline(std::ifstream("/proc/self/comm"), own_name));
    EXPECT_EQ(holders[0].process, own_name);
    const std::uint16_t port = open.local_endpoint().port();
    open.close();
    EXPECT_THAT(holders_of(port), IsEmpty());
}

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

TEST_F(Probes, OtherDaemonsAreThoseThatRun) {
    const support::TemporaryFolder proc;
    const auto process = [&](const std::string& id, const std::string& name, const std::string& arguments) {
        write_file(std::filesystem::path(proc / id) / "comm", name + "\n");
        write_file(std::filesystem::path(proc / id) / "cmdline", arguments);
    };
    using std::string_literals::operator""s;
    process("11", "millrace", "/usr/bin/millrace\0run\0--mode\0local\0"s);
    process("12", "millrace", "/usr/bin/millrace\0simulate\0"s);
    process("13", "mosquitto", "mosquitto\0run\0"s);
    process("14", "millrace", "millrace\0runner\0"s);
    process("self", "millrace", "millrace\0run\0"s);
    EXPECT_THAT(other_daemons(proc / ""), testing::ElementsAre(11));
}

TEST_F(Probes, TheStateDirectoryIsLookedAtAndLeftAsItWas) {
    const support::TemporaryFolder folder;
    EXPECT_FALSE(look_at(folder / "none").exists);
    EXPECT_FALSE(std::filesystem::exists(folder / "none"));
    write_file(folder / "millrace.db", std::string(1'000, 'x'));
    const FolderFacts facts = look_at(folder / "");
    EXPECT_TRUE(facts.exists && facts.is_folder && facts.writable);
    EXPECT_EQ(facts.owner, user_name(::geteuid()));
    EXPECT_EQ(facts.store_bytes, 1'000U);
    EXPECT_GT(facts.free_bytes, 0U);
    EXPECT_FALSE(look_at(folder / "millrace.db").is_folder);
    const FolderFacts memory = look_at("/dev/shm");
    EXPECT_TRUE(!memory.exists || memory.file_system == "tmpfs");
}

}  // namespace
}  // namespace millrace::doctor
