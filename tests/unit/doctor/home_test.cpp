#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings home_findings(const Known& known, const Probed& probed = {}) {
    Findings findings;
    judge_home(known, probed, findings);
    return findings;
}

TEST(Broker, ThatIsNotNamedIsANote) {
    Known known = good_known();
    known.house->home_assistant.reset();
    EXPECT_EQ(find(home_findings(known), "broker").state, CheckState::Note);
    EXPECT_FALSE(has(home_findings(known), "discovery"));
    known = without_daemon();
    known.broker_host.clear();
    EXPECT_EQ(find(home_findings(known), "broker").state, CheckState::Note);
}

TEST(Broker, OfTheDaemonIsAsTheDaemonSees) {
    Known known = good_known();
    EXPECT_EQ(find(home_findings(known), "broker").state, CheckState::Ok);
    known.house->home_assistant->broker.connected = false;
    EXPECT_EQ(find(home_findings(known), "broker").state, CheckState::Unknown);
    known.house->home_assistant->broker.problem = "not authorised";
    const auto check = find(home_findings(known), "broker");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("not authorised"), std::string::npos);
    EXPECT_FALSE(has(home_findings(known), "home_assistant"));
}

TEST(Broker, WithoutADaemonIsAskedEachWay) {
    const auto state = [](BrokerAnswer answer) {
        Probed probed;
        probed.broker = answer;
        return find(home_findings(without_daemon(), probed), "broker").state;
    };
    EXPECT_EQ(state(BrokerAnswer::Accepted), CheckState::Ok);
    EXPECT_EQ(state(BrokerAnswer::NotAsked), CheckState::Unknown);
    for (const auto answer : {BrokerAnswer::BadCredentials, BrokerAnswer::NotAuthorised, BrokerAnswer::Refused,
                              BrokerAnswer::NoMqtt, BrokerAnswer::Unreachable}) {
        EXPECT_EQ(state(answer), CheckState::Problem);
    }
}

TEST(Discovery, OfAnotherPrefixOrNoneIsANote) {
    Known known = good_known();
    EXPECT_EQ(find(home_findings(known), "discovery").state, CheckState::Ok);
    known.house->home_assistant->discovery_prefix = "ha";
    EXPECT_EQ(find(home_findings(known), "discovery").state, CheckState::Note);
    known.house->home_assistant->discovery = false;
    EXPECT_EQ(find(home_findings(known), "discovery").state, CheckState::Note);
}

TEST(Discovery, OfNoPlainTopicIsAWarning) {
    for (const char* prefix : {"home/#", "+/x", "/homeassistant", "homeassistant/"}) {
        Known known = good_known();
        known.house->home_assistant->discovery_prefix = prefix;
        EXPECT_EQ(find(home_findings(known), "discovery").state, CheckState::Warning) << prefix;
    }
}

TEST(Discovery, ThatTheBrokerHasNotTakenIsUnknown) {
    Known known = good_known();
    known.house->home_assistant->discovery_published = false;
    EXPECT_EQ(find(home_findings(known), "discovery").state, CheckState::Unknown);
}

TEST(HomeAssistant, ThatHasNotBeenHeardIsANote) {
    Known known = good_known();
    EXPECT_EQ(find(home_findings(known), "home_assistant").state, CheckState::Ok);
    known.house->home_assistant->birth_seen.reset();
    const auto check = find(home_findings(known), "home_assistant");
    EXPECT_EQ(check.state, CheckState::Note);
    EXPECT_NE(check.remedy.find("homeassistant/status"), std::string::npos);
}

}  // namespace
}  // namespace millrace::doctor
