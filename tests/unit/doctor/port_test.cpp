#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings port_findings(const Known& known, const Probed& probed) {
    Findings findings;
    judge_port(known, probed, findings);
    return findings;
}

Probed held_by(const std::string& process, int pid = 7) {
    Probed probed;
    probed.holders = {{"0.0.0.0:1883", pid, pid == 0 ? "" : process}};
    return probed;
}

TEST(Port, OfOurOwnIsWell) {
    EXPECT_EQ(find(port_findings(good_known(), {}), "port").state, CheckState::Ok);
}

TEST(Port, ThatAcceptsNobodyIsAWarningWithTheListenersWords) {
    Known known = good_known();
    known.house->listener->problem = "all 64 places are taken";
    const auto check = find(port_findings(known, {}), "port");
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_EQ(check.remedy, "all 64 places are taken");
}

TEST(Port, TakenBySomebodyElseNamesThemAndTheWaysOut) {
    const auto check = find(port_findings(without_daemon(), held_by("mosquitto", 4711)), "port");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("mosquitto (process 4711)"), std::string::npos);
    for (const char* way : {"(1)", "(2)", "(3)", "(4)", "Mosquitto app", "NAT rule", "guest.broker"}) {
        EXPECT_NE(check.remedy.find(way), std::string::npos) << way;
    }
}

TEST(Port, TakenBySomebodyUnseenSaysHowToSee) {
    const auto check = find(port_findings(without_daemon(), held_by("", 0)), "port");
    EXPECT_NE(check.summary.find("only root may see"), std::string::npos);
    EXPECT_NE(check.remedy.find("ss -ltnp sport = :1883"), std::string::npos);
}

TEST(Port, TakenByASecondMillraceIsStoppedAndNotMoved) {
    const auto check = find(port_findings(without_daemon(), held_by("millrace")), "port");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_EQ(check.remedy.find("(1)"), std::string::npos);
    EXPECT_NE(check.remedy.find("--url"), std::string::npos);
}

TEST(Port, KeptOpenBySystemdIsANote) {
    EXPECT_EQ(find(port_findings(without_daemon(), held_by("systemd", 1)), "port").state, CheckState::Note);
}

TEST(Port, ThatIsFreeWithoutADaemonIsANote) {
    EXPECT_EQ(find(port_findings(without_daemon(), {}), "port").state, CheckState::Note);
}

TEST(Port, ThatTheDaemonDoesNotHoldIsAProblem) {
    Known known = good_known();
    known.house->listener->address.clear();
    known.house->listener->problem = "it is taken";
    const auto check = find(port_findings(known, {}), "port");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_EQ(check.remedy, "it is taken");
}

TEST(Port, IsNotMissedWhereBridgesConnectElsewhere) {
    Known known = good_known();
    known.house->listener.reset();
    known.guest = true;
    EXPECT_TRUE(port_findings(known, {}).empty());
}

TEST(Reach, ALoopbackAddressIsAProblem) {
    Known known = good_known();
    known.house->listener->address = "127.0.0.1:1883";
    const auto check = find(port_findings(known, {}), "reach");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.remedy.find("0.0.0.0:1883"), std::string::npos);
    Known stopped = without_daemon();
    stopped.listen = "127.0.0.1:1883";
    EXPECT_EQ(find(port_findings(stopped, {}), "reach").state, CheckState::Problem);
}

TEST(Reach, IsProvenByAnotherMachineOnly) {
    Known known = good_known();
    EXPECT_EQ(find(port_findings(known, {}), "reach").state, CheckState::Ok);
    known.house->live.bridges.clear();
    EXPECT_EQ(find(port_findings(known, {}), "reach").state, CheckState::Ok);
    for (const char* ourselves : {"192.168.1.10:5000", "127.0.0.1:5000", "[fd00::10]:5000"}) {
        known.house->listener->last->peer = ourselves;
        const auto check = find(port_findings(known, {}), "reach");
        EXPECT_EQ(check.state, CheckState::Note) << ourselves;
        EXPECT_NE(check.remedy.find("another machine"), std::string::npos);
    }
    known.house->listener->last.reset();
    EXPECT_EQ(find(port_findings(known, {}), "reach").state, CheckState::Note);
}

TEST(Reach, AnotherPortNeedsANatRule) {
    Known known = good_known();
    known.house->live.bridges.clear();
    known.house->listener->last.reset();
    known.listen_port = 11883;
    EXPECT_NE(find(port_findings(known, {}), "reach").remedy.find("NAT rule"), std::string::npos);
}

TEST(Reach, AMachineOnNoNetworkIsAProblem) {
    Known known = good_known();
    known.house->live.bridges.clear();
    known.house->listener->last.reset();
    known.own = {at("127.0.0.1"), at("fe80::10")};
    EXPECT_EQ(find(port_findings(known, {}), "reach").state, CheckState::Problem);
}

TEST(Reach, AConnectionThatFailsIsAProblem) {
    Probed probed = held_by("millrace");
    probed.own_port = {{"192.168.1.10:1883", "Connection refused"}};
    const auto check = find(port_findings(without_daemon(), probed), "reach");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("Connection refused"), std::string::npos);
}

TEST(Second, AnotherDaemonIsTold) {
    Probed probed;
    EXPECT_FALSE(has(port_findings(good_known(), probed), "second"));
    probed.others = {12, 13};
    EXPECT_NE(find(port_findings(good_known(), probed), "second").summary.find("12 and 13"), std::string::npos);
}

}  // namespace
}  // namespace millrace::doctor
