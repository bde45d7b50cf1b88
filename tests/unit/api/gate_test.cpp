#include "api/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

using access::Scope;
using ::testing::HasSubstr;
using ::testing::Not;

class PlainBook : public access::Tokens {
public:
    const access::TokenBook& book() override { return book_; }
    std::string make(std::string name, Scope scope, std::uint8_t with) {
        access::TokenChance chance{};
        chance.fill(with);
        EXPECT_TRUE(book_.add({std::move(name), scope, access::sha256(access::token_text(chance)), {}}));
        return access::token_text(chance);
    }
    void revoke(std::string_view name) { EXPECT_TRUE(book_.revoke(name)); }

private:
    access::TokenBook book_;
};

class GateTest : public ::testing::Test {
protected:
    static Request local(Method method = Method::Post) {
        Request request;
        request.method = method;
        request.host = "127.0.0.1:8099";
        request.content_type = "application/json";
        request.from_loopback = true;
        request.peer = "127.0.0.1";
        return request;
    }
    static Request remote(Method method = Method::Get) {
        Request request = local(method);
        request.from_loopback = false;
        request.host = "water.lan:8099";
        request.peer = "192.168.1.20";
        return request;
    }
    static Request bearing(const std::string& token, Method method = Method::Get) {
        Request request = remote(method);
        request.authorization = "Bearer " + token;
        return request;
    }
    // 0 when it is let in.
    unsigned status_of(Request request, Scope needed = Scope::Control) {
        auto refusal = gate_.refusal(request, needed);
        grant_ = request.grant;
        body_ = refusal ? refusal->body : "";
        return refusal ? refusal->status : 0;
    }

    FakeClock clock_;
    Settings settings_;
    PlainBook tokens_;
    Credentials credentials_{&tokens_, {}, nullptr};
    Gate gate_{settings_, credentials_, clock_};
    Grant grant_;
    std::string body_;
};

TEST_F(GateTest, LetsAProgramOnThisMachineDoEverything) {
    for (const auto host : {"localhost", "LOCALHOST:80", "[::1]:8099", "192.168.1.4", "127.0.0.1", ""}) {
        Request request = local();
        request.host = host;
        EXPECT_EQ(status_of(request, Scope::Admin), 0u) << host;
        EXPECT_EQ(grant_.by, GrantedBy::ThisMachine);
    }
}

TEST_F(GateTest, StrangersAreShownTheOpenRoutesOnly) {
    for (const Scope scope : {Scope::Read, Scope::Control, Scope::Admin}) {
        EXPECT_EQ(status_of(remote(), scope), 401u);
        EXPECT_THAT(body_, HasSubstr("millrace token add"));
    }
    EXPECT_EQ(status_of(remote(), Scope::Open), 0u);
    EXPECT_EQ(grant_.by, GrantedBy::Nobody);
    EXPECT_EQ(grant_.scope, Scope::Open);
}

TEST_F(GateTest, AProxyOnThisMachineSpeaksForOthers) {
    Request forwarded = local(Method::Get);
    forwarded.forwarded = true;
    EXPECT_EQ(status_of(forwarded, Scope::Read), 401u);
}

// A stranger's name can be made to point at the loopback address.
TEST_F(GateTest, NamesAreNotThisMachine) {
    for (const auto host : {"evil.example", "evil.example:8099", "127.0.0.1.evil.example", "localhost.evil.example",
                            "1.2.3", "1.2.3.", "[::1", "[x]", "::1", "127.0.0.1:80x"}) {
        Request request = local(Method::Get);
        request.host = host;
        EXPECT_EQ(status_of(request, Scope::Read), 401u) << host;
    }
}

TEST_F(GateTest, ThisMachineMayBeAskedForATokenToo) {
    settings_.loopback_needs_token = true;
    EXPECT_EQ(status_of(local(Method::Get), Scope::Read), 401u);
    Request request = local(Method::Get);
    request.authorization = "Bearer " + tokens_.make("a", Scope::Read, 1);
    EXPECT_EQ(status_of(request, Scope::Read), 0u);
}

TEST_F(GateTest, ATokenIsGoodForItsScopeAndThoseBelow) {
    const std::string read = tokens_.make("grafana", Scope::Read, 1);
    const std::string control = tokens_.make("phone", Scope::Control, 2);
    EXPECT_EQ(status_of(bearing(read), Scope::Read), 0u);
    EXPECT_EQ(grant_.token, "grafana");
    EXPECT_EQ(status_of(bearing(read, Method::Post), Scope::Control), 403u);
    EXPECT_THAT(body_, HasSubstr("grafana"));
    EXPECT_EQ(status_of(bearing(control, Method::Post), Scope::Control), 0u);
    EXPECT_EQ(status_of(bearing(control), Scope::Read), 0u);
    EXPECT_EQ(status_of(bearing(control), Scope::Admin), 403u);
}

TEST_F(GateTest, ATokenIsWhatItsBearerIsHeldToOnThisMachineToo) {
    Request request = local();
    request.authorization = "bearer  " + tokens_.make("grafana", Scope::Read, 1);
    EXPECT_EQ(status_of(request, Scope::Control), 403u);
}

TEST_F(GateTest, AWrongTokenIsRefusedAndNeverSaidBack) {
    const std::string gone = tokens_.make("a", Scope::Admin, 0xab);
    tokens_.revoke("a");
    EXPECT_EQ(status_of(bearing(gone), Scope::Read), 401u);
    EXPECT_THAT(body_, Not(HasSubstr("abab")));
    EXPECT_EQ(status_of(bearing(gone), Scope::Open), 0u) << "the page's files are there for all";
}

TEST_F(GateTest, OtherKindsOfAuthorizationAreNotOurs) {
    Request request = local();
    request.authorization = "Basic dXNlcjpwYXNz";
    EXPECT_EQ(status_of(request), 0u);
}

TEST_F(GateTest, GuessingIsSlowedDownByAddress) {
    const std::string good = tokens_.make("a", Scope::Read, 1);
    for (int i = 0; i < access::Attempts::kBurst; ++i) EXPECT_EQ(status_of(bearing("guess"), Scope::Read), 401u);
    EXPECT_EQ(status_of(bearing("guess"), Scope::Read), 429u);
    EXPECT_EQ(status_of(bearing(good), Scope::Read), 429u);
    Request other = bearing(good);
    other.peer = "192.168.1.21";
    EXPECT_EQ(status_of(other, Scope::Read), 0u);
    clock_.pass(access::Attempts::kRefill);
    EXPECT_EQ(status_of(bearing(good), Scope::Read), 0u);
}

TEST_F(GateTest, ASessionIsGoodForWhatItsTokenIs) {
    tokens_.make("phone", Scope::Control, 1);
    Request request = remote(Method::Post);
    request.cookies = gate_.session_cookie(*tokens_.book().find("phone"), false);
    EXPECT_THAT(request.cookies, HasSubstr("HttpOnly; SameSite=Strict"));
    request.cookies.erase(request.cookies.find(';'));
    EXPECT_EQ(status_of(request, Scope::Control), 0u);
    EXPECT_EQ(grant_.by, GrantedBy::Session);
    EXPECT_EQ(status_of(request, Scope::Admin), 403u);
    Request foreign = request;
    foreign.origin = "http://evil.example";
    EXPECT_EQ(status_of(foreign), 403u);
    tokens_.revoke("phone");
    EXPECT_EQ(status_of(request, Scope::Control), 401u);
}

TEST_F(GateTest, ASessionIsMadeAnewWhenHalfOfItIsOver) {
    tokens_.make("phone", Scope::Control, 1);
    Request request = remote();
    const std::string cookie = gate_.session_cookie(*tokens_.book().find("phone"), true);
    EXPECT_THAT(cookie, HasSubstr("; Secure"));
    request.cookies = cookie.substr(0, cookie.find(';'));
    ASSERT_EQ(gate_.refusal(request, Scope::Read), std::nullopt);
    EXPECT_EQ(gate_.to_renew(request), nullptr);
    clock_.pass(access::kSessionLasts / 2 + base::Seconds{1});
    EXPECT_NE(gate_.to_renew(request), nullptr);
}

TEST_F(GateTest, TheSupervisorIsTrustedOnlyWhereWeAreItsApp) {
    Request ingress = remote(Method::Post);
    ingress.peer = "172.30.32.2";
    ingress.forwarded = true;
    ingress.origin = "http://homeassistant.local:8123";
    EXPECT_EQ(status_of(ingress), 401u);
    settings_.supervisor = "172.30.32.2";
    EXPECT_EQ(status_of(ingress, Scope::Admin), 0u);
    EXPECT_EQ(grant_.by, GrantedBy::Supervisor);
    Request neighbour = ingress;
    neighbour.peer = "172.30.32.3";
    EXPECT_EQ(status_of(neighbour), 401u);
}

TEST_F(GateTest, SecretsAreWipedFromTheRequest) {
    Request request = bearing(tokens_.make("a", Scope::Read, 0xcd));
    request.cookies = "millrace_session=cdcd";
    ASSERT_EQ(gate_.refusal(request, Scope::Read), std::nullopt);
    EXPECT_THAT(request.authorization, Not(HasSubstr("cdcd")));
    EXPECT_THAT(request.cookies, Not(HasSubstr("cdcd")));
}

TEST_F(GateTest, RefusesChangesFromPagesOfAnotherOrigin) {
    Request request = local();
    for (const auto origin : {"http://127.0.0.1:8099", "https://127.0.0.1:8099"}) {
        request.origin = origin;
        EXPECT_EQ(status_of(request), 0u) << origin;
    }
    for (const auto origin : {"null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:8098",
                              "ftp://127.0.0.1:8099", "http://127.0.0.1:8099.evil.example", "http://localhost:8099"}) {
        request.origin = origin;
        EXPECT_EQ(status_of(request), 403u) << origin;
        EXPECT_EQ(status_of(request, Scope::Open), 403u) << "nobody is logged in by a stranger's page";
    }
}

TEST_F(GateTest, TakesJsonOnly) {
    Request request = local();
    for (const auto type : {"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"}) {
        request.content_type = type;
        EXPECT_EQ(status_of(request), 0u) << type;
    }
    // What a form of any page can send without being asked.
    for (const auto type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                            "application/jsonp", "text/plain;application/json"}) {
        request.content_type = type;
        EXPECT_EQ(status_of(request), 415u) << type;
    }
    request.method = Method::Delete;
    EXPECT_EQ(status_of(request), 0u);
}

class PlainCodes : public ports::AnswerCodes {
    std::string code(std::int64_t incident, std::string_view answer) const override {
        return std::to_string(incident) + "-" + std::string(answer);
    }
};

Request button(std::string id, std::string answer, std::string code) {
    Request request;
    request.method = Method::Post;
    request.segments = {"api", "v1", "alarms", std::move(id), std::move(answer)};
    request.query = {{"code", std::move(code)}};
    return request;
}

TEST(Gate, AButtonsCodeIsGoodForItsAnswerToItsAlarmOnly) {
    const PlainCodes codes;
    EXPECT_TRUE(bears_code(button("7", "acknowledge", "7-acknowledge"), codes));
    EXPECT_TRUE(bears_code(button("7", "snooze", "7-snooze"), codes));
    EXPECT_FALSE(bears_code(button("8", "acknowledge", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "snooze", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "acknowledge", "7-acknowledg"), codes));
    EXPECT_FALSE(bears_code(button("7", "acknowledge", ""), codes));
    EXPECT_FALSE(bears_code(button("7x", "acknowledge", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "not-a-leak", "7-not-a-leak"), codes)) << "no notice has such a button";
    Request elsewhere = button("7", "acknowledge", "7-acknowledge");
    elsewhere.segments[2] = "channels";
    EXPECT_FALSE(bears_code(elsewhere, codes));
    Request without = button("7", "acknowledge", "");
    without.query.clear();
    EXPECT_FALSE(bears_code(without, codes));
    Request put = button("7", "acknowledge", "7-acknowledge");
    put.method = Method::Put;
    EXPECT_FALSE(bears_code(put, codes));
}

}  // namespace
}  // namespace millrace::api
