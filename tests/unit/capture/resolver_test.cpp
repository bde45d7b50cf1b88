#include "capture/resolver.h"

#include "fixture.h"
#include "support/fake_dns.h"

namespace millrace::capture {
namespace {

constexpr const char* kName = "mqtt.cloud.example";

class ResolverTest : public testing::Test {
protected:
    std::unique_ptr<Resolver> make(const std::vector<std::string>& name_servers) {
        auto made = Resolver::create(loop_, clock_, name_servers, {base::Milliseconds{60}, 2});
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return std::move(*made);
    }

    std::string ask(Resolver& resolver, const std::string& host) {
        std::optional<std::string> result;
        resolver.resolve(host, [&](base::Result<Resolver::Addresses, base::Error> answer) {
            std::string text;
            if (answer) {
                for (const auto& address : *answer) text += (text.empty() ? "" : " ") + address.to_string();
            } else {
                text = "error: " + answer.error().message;
            }
            result = text;
        });
        EXPECT_FALSE(result) << "answered from inside resolve()";
        EXPECT_TRUE(run_until(loop_, [&] { return result.has_value(); }));
        return result.value_or("nothing");
    }

    asio::io_context loop_;
    PushedClock clock_;
    support::FakeDns dns_{loop_};
};

TEST_F(ResolverTest, GivesIpv4BeforeIpv6) {
    dns_.add(kName, "2001:db8::7");
    dns_.add(kName, "198.51.100.7");
    dns_.add(kName, "198.51.100.8");
    const auto resolver = make({dns_.address()});
    EXPECT_EQ(ask(*resolver, kName), "198.51.100.7 198.51.100.8 2001:db8::7");
}

TEST_F(ResolverTest, DoesNotWaitForANameServerThatIsSilentOnIpv6) {
    dns_.add(kName, "198.51.100.7");
    dns_.silent_on_ipv6 = true;
    auto made = Resolver::create(loop_, clock_, {dns_.address()}, {base::Milliseconds{60'000}, 2});
    ASSERT_TRUE(made);
    const auto began = clock_.steady_now();
    EXPECT_EQ(ask(**made, kName), "198.51.100.7");
    EXPECT_LT(clock_.steady_now() - began, std::chrono::seconds{5});
}

TEST_F(ResolverTest, AsksNobodyAboutALiteralAddress) {
    const auto resolver = make({dns_.address()});
    EXPECT_EQ(ask(*resolver, "203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(ask(*resolver, "2001:db8::9"), "2001:db8::9");
    EXPECT_EQ(dns_.questions, 0);
}

TEST_F(ResolverTest, AsksOnlyForTheNameItselfAndNotForOneInASearchDomain) {
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, "cloud");
    ASSERT_FALSE(dns_.names.empty());
    for (const auto& name : dns_.names) EXPECT_EQ(name, "cloud");
}

TEST_F(ResolverTest, DoesNotReadTheHostsFile) {
    // A name that every system's hosts file has, but that this name server knows otherwise.
    const std::string own_name = [] {
        char name[256] = {};
        ::gethostname(name, sizeof name - 1);
        return std::string(name);
    }();
    dns_.add(own_name, "198.51.100.50");
    const auto resolver = make({dns_.address()});
    EXPECT_EQ(ask(*resolver, own_name), "198.51.100.50");
}

TEST_F(ResolverTest, SaysWhichNameIsUnknown) {
    const auto resolver = make({dns_.address()});
    const auto answer = ask(*resolver, "nowhere.example");
    EXPECT_NE(answer.find("know no address of nowhere.example"), std::string::npos) << answer;
}

TEST_F(ResolverTest, KeepsAnAnswerForItsTimeToLive) {
    dns_.add(kName, "198.51.100.7");
    dns_.time_to_live = 60;
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, kName);
    const int first = dns_.questions;
    clock_.push(std::chrono::seconds(58));
    (void)ask(*resolver, kName);
    EXPECT_EQ(dns_.questions, first);
    clock_.push(std::chrono::seconds(2));
    dns_.records[kName] = {asio::ip::make_address("198.51.100.99")};
    EXPECT_EQ(ask(*resolver, kName), "198.51.100.99");
}

TEST_F(ResolverTest, KeepsNoAnswerForLongerThanFiveMinutes) {
    dns_.add(kName, "198.51.100.7");
    dns_.time_to_live = 86'400;
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, kName);
    const int first = dns_.questions;
    clock_.push(std::chrono::seconds(298));
    (void)ask(*resolver, kName);
    EXPECT_EQ(dns_.questions, first);
    clock_.push(std::chrono::seconds(2));
    (void)ask(*resolver, kName);
    EXPECT_GT(dns_.questions, first);
}

TEST_F(ResolverTest, FallsBackToTheLastGoodAddressesWhenNobodyAnswers) {
    dns_.add(kName, "198.51.100.7");
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, kName);
    clock_.push(std::chrono::seconds(400));
    dns_.silent = true;
    EXPECT_EQ(ask(*resolver, kName), "198.51.100.7");
}

TEST_F(ResolverTest, FallsBackToTheLastGoodAddressesWhenTheServerFails) {
    dns_.add(kName, "198.51.100.7");
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, kName);
    clock_.push(std::chrono::seconds(400));
    dns_.refuses = true;
    EXPECT_EQ(ask(*resolver, kName), "198.51.100.7");
}

TEST_F(ResolverTest, DoesNotFallBackWhenTheNameIsGone) {
    dns_.add(kName, "198.51.100.7");
    const auto resolver = make({dns_.address()});
    (void)ask(*resolver, kName);
    clock_.push(std::chrono::seconds(400));
    dns_.records.clear();
    EXPECT_NE(ask(*resolver, kName).find("know no address"), std::string::npos);
}

TEST_F(ResolverTest, GivesUpOnSilentNameServersAndNamesThem) {
    dns_.silent = true;
    const auto resolver = make({dns_.address()});
    const auto answer = ask(*resolver, kName);
    EXPECT_NE(answer.find("gave no answer"), std::string::npos) << answer;
    EXPECT_NE(answer.find(dns_.address()), std::string::npos) << answer;
}

TEST_F(ResolverTest, AsksTheNextNameServerWhenOneIsSilent) {
    support::FakeDns silent(loop_);
    silent.silent = true;
    dns_.add(kName, "198.51.100.7");
    const auto resolver = make({silent.address(), dns_.address()});
    EXPECT_EQ(ask(*resolver, kName), "198.51.100.7");
    EXPECT_GT(silent.questions, 0);
}

TEST_F(ResolverTest, SharesOneQuestionAmongThoseWhoAskAtOnce) {
    dns_.add(kName, "198.51.100.7");
    const auto resolver = make({dns_.address()});
    int answers = 0;
    for (int i = 0; i < 10; ++i) {
        resolver->resolve(kName, [&](auto answer) { answers += answer.has_value() ? 1 : 0; });
    }
    EXPECT_TRUE(run_until(loop_, [&] { return answers == 10; }));
    EXPECT_EQ(dns_.questions, 2);  // A and AAAA
}

TEST_F(ResolverTest, CallsNobodyOnceItIsGone) {
    dns_.silent = true;
    auto resolver = make({dns_.address()});
    bool called = false;
    resolver->resolve(kName, [&](auto) { called = true; });
    resolver->resolve("198.51.100.1", [&](auto) { called = true; });
    resolver.reset();
    settle(loop_);
    EXPECT_FALSE(called);
}

TEST_F(ResolverTest, RefusesNameServersThatAreNoAddresses) {
    EXPECT_FALSE(Resolver::create(loop_, clock_, {"dns.example"}, {base::Milliseconds{60}, 1}));
    EXPECT_FALSE(Resolver::create(loop_, clock_, {}, {base::Milliseconds{60}, 1}));
}

}  // namespace
}  // namespace millrace::capture
