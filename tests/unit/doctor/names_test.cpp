#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings name_findings(const Known& known, const Probed& probed, const Plan& plan = good_plan()) {
    Findings findings;
    judge_names(known, plan, probed, findings);
    return findings;
}

// One whose bridge is not here yet, so that only DNS counts.
Known waiting() {
    Known known = good_known();
    known.house->live.bridges.clear();
    return known;
}

Probed led(const std::vector<std::string>& addresses) {
    Probed probed;
    lead(probed, "192.168.1.1", addresses);
    return probed;
}

ports::Check dns_of(const Known& known, const Probed& probed, const Plan& plan = good_plan()) {
    return find(name_findings(known, probed, plan), "dns");
}

TEST(Names, LedToThisMachineAreWell) {
    EXPECT_EQ(dns_of(waiting(), led({"192.168.1.10"})).state, CheckState::Ok);
    EXPECT_EQ(dns_of(waiting(), led({"192.168.1.10", "fd00::10"})).state, CheckState::Ok);
}

TEST(Names, LedElsewhereAreAProblemThatSaysWhere) {
    const auto check = dns_of(waiting(), led({"52.1.2.3"}));
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("52.1.2.3"), std::string::npos);
    EXPECT_NE(check.remedy.find("192.168.1.10"), std::string::npos);
    for (const auto name : kBridgeNames) EXPECT_NE(check.remedy.find(name), std::string::npos);
    EXPECT_NE(all_of(check).find("mqtt.prod.flumetech.com at 192.168.1.1=52.1.2.3"), std::string::npos);
}

TEST(Names, LedToALoopbackAddressLeadTheBridgeToItself) {
    EXPECT_EQ(dns_of(waiting(), led({"127.0.0.1"})).state, CheckState::Problem);
}

TEST(Names, LedToUsAndToAnotherAddressAreNotLedHere) {
    EXPECT_EQ(dns_of(waiting(), led({"192.168.1.10", "52.1.2.3"})).state, CheckState::Problem);
}

TEST(Names, ThatDoNotExistAreAProblem) {
    const auto check = dns_of(waiting(), led({}));
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("do not exist"), std::string::npos);
}

TEST(Names, OfWhichSomeAreForgottenAreAWarningThatNamesThem) {
    Probed probed = led({"192.168.1.10"});
    probed.names.back().addresses = {at("52.1.2.3")};
    const auto check = dns_of(waiting(), probed);
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_NE(check.summary.find("device.flumetech.com"), std::string::npos);
    EXPECT_EQ(check.summary.find("mqtt.prod.flumetech.com"), std::string::npos);
}

TEST(Names, OnWhichServersDisagreeAreAWarning) {
    Probed probed = led({"192.168.1.10"});
    lead(probed, "192.168.1.2", {"52.1.2.3"});
    const auto check = dns_of(waiting(), probed);
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_NE(check.summary.find("disagree"), std::string::npos);
}

TEST(Names, OfAServerThatDoesNotAnswerDoNotCount) {
    Probed probed = led({"192.168.1.10"});
    for (const auto name : kBridgeNames)
        probed.names.push_back({"192.168.1.2", std::string(name), "it does not answer", {}});
    EXPECT_EQ(dns_of(waiting(), probed).state, CheckState::Ok);
    EXPECT_NE(all_of(dns_of(waiting(), probed)).find("no answer"), std::string::npos);
}

TEST(Names, ThatNobodyAnswersForAreUnknown) {
    Probed probed;
    for (const auto name : kBridgeNames)
        probed.names.push_back({"192.168.1.1", std::string(name), "it does not answer", {}});
    EXPECT_EQ(dns_of(waiting(), probed).state, CheckState::Unknown);
}

TEST(Names, ServersOnTheInternetThatAreNotAskedAreNamed) {
    const auto check = dns_of(waiting(), {}, {{}, {"8.8.8.8"}, {}});
    EXPECT_EQ(check.state, CheckState::Unknown);
    EXPECT_NE(check.summary.find("8.8.8.8"), std::string::npos);
    EXPECT_NE(check.remedy.find("--dns"), std::string::npos);
    EXPECT_EQ(dns_of(waiting(), {}, {}).state, CheckState::Unknown);
}

TEST(Names, LedElsewhereWhileTheBridgeIsHereAreANote) {
    EXPECT_EQ(dns_of(good_known(), led({"52.1.2.3"})).state, CheckState::Note);
}

TEST(Names, LedToTheContainersMachineMayBeRight) {
    Known known = waiting();
    known.container = true;
    EXPECT_EQ(dns_of(known, led({"192.168.1.5"})).state, CheckState::Note);
    EXPECT_EQ(dns_of(known, led({"52.1.2.3"})).state, CheckState::Problem);
}

TEST(Names, OfIPv6ThatLeadAwayAreAWarningOfTheirOwn) {
    const auto check = find(name_findings(waiting(), led({"192.168.1.10", "2001:db8::99"})), "dns_ipv6");
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_NE(check.summary.find("2001:db8::99"), std::string::npos);
    EXPECT_FALSE(has(name_findings(waiting(), led({"192.168.1.10", "fd00::10"})), "dns_ipv6"));
    EXPECT_FALSE(has(name_findings(waiting(), led({"52.1.2.3", "2001:db8::99"})), "dns_ipv6"));
}

TEST(Names, OfUpdatesAreAnInformation) {
    Probed probed = led({"192.168.1.10"});
    EXPECT_FALSE(has(name_findings(waiting(), probed), "dns_updates"));
    probed.names.push_back({"192.168.1.1", std::string(kUpdateName), "", {at("52.1.2.3")}});
    EXPECT_EQ(find(name_findings(waiting(), probed), "dns_updates").state, CheckState::Note);
    EXPECT_NE(find(name_findings(waiting(), probed), "dns_updates").summary.find("may update"), std::string::npos);
    probed.names.back().addresses = {at("192.168.1.10")};
    EXPECT_NE(find(name_findings(waiting(), probed), "dns_updates").summary.find("this machine"), std::string::npos);
    probed.names.back().addresses = {};
    EXPECT_NE(find(name_findings(waiting(), probed), "dns_updates").summary.find("nowhere"), std::string::npos);
    EXPECT_EQ(find(name_findings(waiting(), probed), "dns").state, CheckState::Ok);
}

TEST(Names, AreNotJudgedWhereBridgesConnectElsewhere) {
    Known known = waiting();
    known.guest = true;
    EXPECT_EQ(dns_of(known, led({"52.1.2.3"})).state, CheckState::Note);
    known.guest = false;
    known.watched = true;
    EXPECT_EQ(dns_of(known, led({"52.1.2.3"})).state, CheckState::Note);
}

}  // namespace
}  // namespace millrace::doctor
