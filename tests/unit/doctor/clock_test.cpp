#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::CheckState;
using testing::Test;

Findings clock_findings(const Known& known, const Probed& probed, const Plan& plan = good_plan()) {
    Findings findings;
    judge_clock(known, plan, probed, findings);
    return findings;
}

Probed ahead(std::int64_t ms, std::int64_t margin_ms = 0) {
    Probed probed = good_probed();
    probed.times = {{"192.168.1.1", "", base::Milliseconds{ms}, base::Milliseconds{margin_ms}}};
    return probed;
}

CheckState clock_state(const Probed& probed) {
    return find(clock_findings(good_known(), probed), "clock").state;
}

TEST(Clock, IsJudgedAtTwoSecondsAndAtAMinuteEitherWay) {
    for (const int sign : {1, -1}) {
        EXPECT_EQ(clock_state(ahead(sign * 2'000)), CheckState::Ok);
        EXPECT_EQ(clock_state(ahead(sign * 2'001)), CheckState::Warning);
        EXPECT_EQ(clock_state(ahead(sign * 60'000)), CheckState::Warning);
        EXPECT_EQ(clock_state(ahead(sign * 60'001)), CheckState::Problem);
    }
}

TEST(Clock, SaysWhichWayItIsWrong) {
    EXPECT_NE(find(clock_findings(good_known(), ahead(3'600'000)), "clock").summary.find("60 minutes ahead of"),
              std::string::npos);
    EXPECT_NE(find(clock_findings(good_known(), ahead(-3'600'000)), "clock").summary.find("60 minutes behind"),
              std::string::npos);
}

TEST(Clock, IsNotCalledWrongByWhatTheNetworkTook) {
    EXPECT_EQ(clock_state(ahead(2'500, 600)), CheckState::Ok);
}

TEST(Clock, TrustsTheAnswerThatTookLeast) {
    Probed probed = ahead(90'000, 2'000);
    probed.times.push_back({"192.168.1.2", "", base::Milliseconds{5}, base::Milliseconds{1}});
    EXPECT_EQ(clock_state(probed), CheckState::Ok);
}

TEST(Clock, BeforeTheBuildIsAProblemWhateverServersSay) {
    Known known = good_known();
    known.built = kNow + base::Milliseconds{1};
    const auto check = find(clock_findings(known, ahead(0)), "clock");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.remedy.find("timedatectl"), std::string::npos);
}

TEST(Clock, IsKnownByTheKernelWhereNoServerAnswers) {
    Probed probed;
    EXPECT_EQ(clock_state(probed), CheckState::Unknown);
    probed.kernel_synchronised = false;
    EXPECT_EQ(clock_state(probed), CheckState::Warning);
    probed.kernel_synchronised = true;
    EXPECT_EQ(clock_state(probed), CheckState::Ok);
}

TEST(Ntp, SilenceIsANoteInLocalModeAndAWarningElsewhere) {
    Probed probed;
    probed.times = {{"192.168.1.1", "it does not answer", {}, {}}};
    Known known = good_known();
    const auto check = find(clock_findings(known, probed), "ntp");
    EXPECT_EQ(check.state, CheckState::Note);
    EXPECT_NE(all_of(check).find("asked=192.168.1.1"), std::string::npos);
    EXPECT_NE(check.remedy.find("nobody on the internet is asked"), std::string::npos);
    known.mode = ports::CloudMode::Relay;
    EXPECT_EQ(find(clock_findings(known, probed), "ntp").state, CheckState::Warning);
}

TEST(Ntp, WithNobodyToAskIsUnknown) {
    EXPECT_EQ(find(clock_findings(good_known(), {}, {}), "ntp").state, CheckState::Unknown);
}

TEST(Ntp, OneThatAnswersIsEnough) {
    Probed probed = good_probed();
    probed.times.push_back({"10.0.0.9", "it does not answer", {}, {}});
    const auto check = find(clock_findings(good_known(), probed), "ntp");
    EXPECT_EQ(check.state, CheckState::Ok);
    EXPECT_NE(all_of(check).find("10.0.0.9: it does not answer"), std::string::npos);
}

TEST(Judgement, OfAHouseInWhichAllIsWellFindsNothing) {
    for (const auto& check : judge(good_known(), good_plan(), good_probed())) {
        EXPECT_EQ(check.state, CheckState::Ok) << check.id << ": " << all_of(check);
        EXPECT_EQ(check.remedy, "") << check.id;
    }
}

TEST(Judgement, EveryFindingSaysHowToMendIt) {
    Known known = without_daemon();
    known.config_problem = "line 3: no such key";
    Probed probed;
    lead(probed, "192.168.1.1", {"8.8.8.8"});
    probed.holders = {{"0.0.0.0:1883", 7, "mosquitto"}};
    probed.folder = {true, true, false, "root", "tmpfs", 1, 0, ""};
    probed.broker = BrokerAnswer::BadCredentials;
    probed.upstream = Upstream{};
    for (const auto& check : judge(known, good_plan(), probed)) {
        EXPECT_TRUE(!check.is_finding() || !check.remedy.empty()) << check.id;
        EXPECT_TRUE(check.summary.ends_with('.')) << check.summary;
    }
}

TEST(Judgement, ASystemWithSystemdIsStartedByIt) {
    Findings findings;
    Known known = without_daemon();
    judge_daemon(known, findings);
    EXPECT_EQ(find(findings, "daemon").state, CheckState::Problem);
    EXPECT_NE(find(findings, "daemon").remedy.find("`millrace run`"), std::string::npos);
    known.systemd = true;
    findings.clear();
    judge_daemon(known, findings);
    EXPECT_NE(find(findings, "daemon").remedy.find("systemctl"), std::string::npos);
    EXPECT_NE(find(findings, "daemon").remedy.find("journalctl"), std::string::npos);
}

TEST(Judgement, AConfigFileThatWouldNotStartAgainIsAProblemWhileItRuns) {
    Findings findings;
    Known known = good_known();
    known.config_problem = "line 3: no such key";
    judge_daemon(known, findings);
    EXPECT_EQ(find(findings, "daemon").state, CheckState::Ok);
    EXPECT_EQ(find(findings, "config").state, CheckState::Problem);
    EXPECT_NE(all_of(find(findings, "config")).find("no such key"), std::string::npos);
}

}  // namespace
}  // namespace millrace::doctor
