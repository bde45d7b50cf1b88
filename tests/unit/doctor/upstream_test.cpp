#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;

Findings upstream_findings(const Known& known, const Probed& probed) {
    Findings findings;
    judge_upstream(known, probed, findings);
    return findings;
}

Known relaying() {
    Known known = good_known();
    known.mode = ports::CloudMode::Relay;
    return known;
}

Probed cloud_at(const std::vector<std::string>& addresses, const std::string& failure = "") {
    Probed probed;
    probed.upstream = Upstream{};
    NameAnswer answer{"9.9.9.9", "cloud.example", "", {}};
    for (const std::string& one : addresses) {
        answer.addresses.push_back(at(one));
        probed.upstream->connections.push_back({one + ":1883", failure});
    }
    probed.upstream->answers = {answer};
    return probed;
}

TEST(Upstream, IsNotJudgedWhereNobodyIsReached) {
    EXPECT_TRUE(upstream_findings(good_known(), {}).empty());
}

TEST(Upstream, ThatConnectsIsWell) {
    EXPECT_EQ(find(upstream_findings(relaying(), cloud_at({"52.1.2.3"})), "upstream").state, CheckState::Ok);
    Probed one_of_two = cloud_at({"52.1.2.3", "52.1.2.4"});
    one_of_two.upstream->connections[0].failure = "Connection refused";
    EXPECT_EQ(find(upstream_findings(relaying(), one_of_two), "upstream").state, CheckState::Ok);
}

TEST(Upstream, ThatIsOurselvesIsALoop) {
    const auto check = find(upstream_findings(relaying(), cloud_at({"192.168.1.10"})), "upstream");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("talk to itself"), std::string::npos);
    Known known = relaying();
    known.cloud_port = 11883;  // another program of this machine
    EXPECT_EQ(find(upstream_findings(known, cloud_at({"192.168.1.10"})), "upstream").state, CheckState::Ok);
}

TEST(Upstream, ThatDoesNotConnectIsAProblemWithItsPort) {
    const auto check = find(upstream_findings(relaying(), cloud_at({"52.1.2.3"}, "Connection timed out")), "upstream");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.remedy.find("1883"), std::string::npos);
    EXPECT_NE(all_of(check).find("Connection timed out"), std::string::npos);
}

TEST(Upstream, ANameThatNobodyKnowsDiffersFromServersThatAreSilent) {
    EXPECT_NE(find(upstream_findings(relaying(), cloud_at({})), "upstream").remedy.find("cloud.host"),
              std::string::npos);
    Probed silent = cloud_at({});
    silent.upstream->answers[0].failure = "it does not answer";
    const auto check = find(upstream_findings(relaying(), silent), "upstream");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.remedy.find("port 53"), std::string::npos);
}

TEST(Loop, ABridgeOfThisMachineIsTold) {
    Known known = relaying();
    known.house->live.bridges[0].door = ports::Door::Relay;
    EXPECT_FALSE(has(upstream_findings(known, {}), "loop"));
    known.house->live.bridges[0].peer = "192.168.1.10:5000";
    EXPECT_EQ(find(upstream_findings(known, {}), "loop").state, CheckState::Note);
    known.house->live.bridges[0].connected = false;
    EXPECT_FALSE(has(upstream_findings(known, {}), "loop"));
}

}  // namespace
}  // namespace millrace::doctor
