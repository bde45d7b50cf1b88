// The publisher against a real Mosquitto that speaks TLS, with certificates made for the test.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "broker.h"

namespace millrace::publish {
namespace {

using namespace testing;

// One authority, one certificate of it for the name "localhost" alone, one for a client, and a stranger's authority.
class TlsBroker : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TemporaryFolder;
        authority("ca");
        authority("stranger");
        certificate("broker", "DNS:localhost");
        certificate("numbered", "IP:127.0.0.1");
        certificate("client", "DNS:millrace");
    }
    static void TearDownTestSuite() { delete folder_; }

    static std::string path(const std::string& name) { return folder_->file(name); }

    static void authority(const std::string& name) {
        run_command("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
                    name + " -keyout " + path(name + ".key") + " -out " + path(name + ".crt") + " 2>/dev/null");
    }
    static void certificate(const std::string& name, const std::string& alternative_name) {
        std::ofstream(path(name + ".ext")) << "subjectAltName=" << alternative_name << "\n";
        run_command("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name +
                    " -keyout " + path(name + ".key") + " -out " + path(name + ".csr") + " 2>/dev/null");
        run_command("openssl x509 -req -days 2 -in " + path(name + ".csr") + " -CA " + path("ca.crt") + " -CAkey " +
                    path("ca.key") + " -CAcreateserial -extfile " + path(name + ".ext") + " -out " +
                    path(name + ".crt") + " 2>/dev/null");
        std::filesystem::permissions(path(name + ".key"), static_cast<std::filesystem::perms>(0644));
    }
    static std::string listener(const std::string& name = "broker") {
        return "allow_anonymous true\ncafile " + path("ca.crt") + "\ncertfile " + path(name + ".crt") + "\nkeyfile " +
               path(name + ".key") + "\n";
    }
    static Settings tls_settings(const Broker& broker, const std::string& host = "localhost") {
        Settings settings = settings_for(broker.port(), host);
        settings.tls = true;
        settings.ca_file = path("ca.crt");
        return settings;
    }

    // How the first attempt ends: "connected …" or what is wrong.
    static std::string outcome(const Settings& settings) {
        House house(settings);
        house.publisher->start();
        house.run_until([&] { return house.connected() || !house.health().ok; });
        return house.health().detail;
    }

    static TemporaryFolder* folder_;
};
TemporaryFolder* TlsBroker::folder_ = nullptr;

TEST_F(TlsBroker, IsTakenWhenItsCertificateHasTheConfiguredName) {
    Broker broker(listener());
    EXPECT_TRUE(outcome(tls_settings(broker)).starts_with("connected")) << outcome(tls_settings(broker));
}

TEST_F(TlsBroker, IsTakenByItsAddressWhenTheCertificateNamesIt) {
    Broker broker(listener("numbered"));
    const std::string how = outcome(tls_settings(broker, "127.0.0.1"));
    EXPECT_TRUE(how.starts_with("connected")) << how;
}

TEST_F(TlsBroker, IsRefusedWhenItsCertificateHasAnotherName) {
    // The connection goes to an address, so this shows that the configured name is what counts.
    Broker broker(listener("numbered"));
    EXPECT_NE(outcome(tls_settings(broker)).find("hostname mismatch"), std::string::npos)
        << outcome(tls_settings(broker));
    Broker named(listener());
    EXPECT_NE(outcome(tls_settings(named, "127.0.0.1")).find("IP address mismatch"), std::string::npos);
}

TEST_F(TlsBroker, IsTakenUnderAnyNameWhenNamesAreNotChecked) {
    Broker broker(listener("numbered"));
    Settings settings = tls_settings(broker);
    settings.verify_host_name = false;
    EXPECT_TRUE(outcome(settings).starts_with("connected")) << outcome(settings);
}

TEST_F(TlsBroker, IsRefusedWhenAnotherAuthoritySignedIt) {
    Broker broker(listener());
    Settings settings = tls_settings(broker);
    settings.ca_file = path("stranger.crt");
    EXPECT_NE(outcome(settings).find("certificate was not accepted"), std::string::npos) << outcome(settings);
    settings.verify_host_name = false;
    EXPECT_NE(outcome(settings).find("certificate was not accepted"), std::string::npos) << outcome(settings);
}

TEST_F(TlsBroker, IsRefusedByTheSystemsAuthorities) {
    Broker broker(listener());
    Settings settings = tls_settings(broker);
    settings.ca_file.clear();
    EXPECT_NE(outcome(settings).find("certificate was not accepted"), std::string::npos) << outcome(settings);
}

TEST_F(TlsBroker, AsksForAClientCertificateAndGetsIt) {
    Broker broker(listener() + "require_certificate true\n");
    Settings settings = tls_settings(broker);
    EXPECT_NE(outcome(settings).find("client certificate"), std::string::npos) << outcome(settings);
    settings.certificate_file = path("client.crt");
    settings.key_file = path("client.key");
    EXPECT_TRUE(outcome(settings).starts_with("connected")) << outcome(settings);
}

TEST_F(TlsBroker, AFileThatCannotBeReadIsNamed) {
    Broker broker(listener());
    Settings settings = tls_settings(broker);
    settings.ca_file = path("missing.crt");
    EXPECT_NE(outcome(settings).find("missing.crt cannot be used: No such file"), std::string::npos)
        << outcome(settings);
    settings.ca_file = path("ca.crt");
    settings.certificate_file = path("client.crt");
    settings.key_file = path("broker.key");
    EXPECT_NE(outcome(settings).find("broker.key"), std::string::npos) << outcome(settings);
}

TEST_F(TlsBroker, ComesBackAfterARestart) {
    Broker broker(listener());
    House house(tls_settings(broker));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return house.connected(); })) << house.health().detail;
    broker.kill();
    ASSERT_TRUE(house.run_until([&] { return !house.connected(); }));
    broker.start();
    EXPECT_TRUE(house.run_until([&] { return house.connected(); })) << house.health().detail;
}

TEST_F(TlsBroker, APlainBrokerOnTheTlsPortIsReported) {
    Broker broker;
    EXPECT_NE(outcome(tls_settings(broker)).find("port for TLS"), std::string::npos) << outcome(tls_settings(broker));
}

TEST_F(TlsBroker, HearsTheConfiguredNameAnnounced) {
    // The first message of the handshake carries the name in the clear.
    using boost::asio::ip::tcp;
    std::string hello;
    std::array<char, 4096> bytes{};
    boost::asio::io_context loop;
    tcp::acceptor acceptor(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    tcp::socket visitor(loop);
    acceptor.async_accept(visitor, [&](boost::system::error_code accepting) {
        if (accepting) return;
        visitor.async_read_some(boost::asio::buffer(bytes),
                                [&](boost::system::error_code, std::size_t size) { hello.assign(bytes.data(), size); });
    });
    Settings settings = settings_for(acceptor.local_endpoint().port(), "localhost");
    settings.tls = true;
    settings.ca_file = path("ca.crt");
    House house(settings);
    house.publisher->start();
    const auto greeted = [&] {
        loop.poll();
        return !hello.empty();
    };
    ASSERT_TRUE(house.run_until(greeted));
    EXPECT_NE(hello.find("localhost"), std::string::npos);
    EXPECT_EQ(hello.find("127.0.0.1"), std::string::npos);
}

}  // namespace
}  // namespace millrace::publish
