// Whether the clock is right, and whether the house has a time server, which the bridge needs too: without the time it
// drops its samples.
#include <algorithm>
#include <string>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

// More than this and readings stand visibly beside other records of the house; less is the network's doing.
constexpr base::Milliseconds kExact{2'000};
// More than this and days, silences and tokens' lives go wrong.
constexpr base::Milliseconds kTolerable{60'000};

constexpr const char* kSetClock =
    "Let the clock be set by itself: `timedatectl set-ntp true` (Debian: apt install systemd-timesyncd).";

const TimeAnswer* best(const std::vector<TimeAnswer>& answers) {
    const TimeAnswer* found = nullptr;
    for (const TimeAnswer& one : answers) {
        if (one.failure.empty() && (found == nullptr || one.margin < found->margin)) found = &one;
    }
    return found;
}

Check clock(const Known& known, const Probed& probed) {
    Check check{"clock", CheckState::Ok, "", "", {{"time", base::to_rfc3339(known.now)}}};
    if (probed.kernel_synchronised) {
        check.facts.emplace_back("kernel_synchronised", *probed.kernel_synchronised ? "yes" : "no");
    }
    const auto say = [&check](CheckState state, std::string summary) {
        check.state = state;
        check.summary = std::move(summary);
        if (check.is_finding()) check.remedy = kSetClock;
        return check;
    };
    if (known.now < known.built) {
        return say(CheckState::Problem, "The clock stands before this version of Millrace was made (" +
                                            base::to_rfc3339(known.built) + ").");
    }
    if (const TimeAnswer* answer = best(probed.times)) {
        const base::Milliseconds away =
            std::max(std::chrono::abs(answer->ahead) - answer->margin, base::Milliseconds{0});
        const std::string by = std::string(answer->ahead.count() < 0 ? "behind" : "ahead of") + " " + answer->server;
        check.facts.emplace_back("server", answer->server);
        check.facts.emplace_back("ahead_ms", std::to_string(answer->ahead.count()));
        if (away > kTolerable) return say(CheckState::Problem, "The clock is " + span(away) + " " + by + ".");
        if (away > kExact) return say(CheckState::Warning, "The clock is " + span(away) + " " + by + ".");
        return say(CheckState::Ok, "The clock is right by " + answer->server + ".");
    }
    if (probed.kernel_synchronised == true) return say(CheckState::Ok, "The clock is kept right by this machine.");
    if (probed.kernel_synchronised == false) {
        return say(CheckState::Warning, "Nothing keeps the clock right, as far as this machine's kernel knows.");
    }
    return say(CheckState::Unknown, "The clock is plausible; whether it is right, nobody could tell.");
}

Check ntp(const Known& known, const Plan& plan, const Probed& probed) {
    Check check{"ntp", CheckState::Ok, "", "", {}};
    std::string answered;
    std::string failures;
    for (const TimeAnswer& one : probed.times) {
        std::string& text = one.failure.empty() ? answered : failures;
        text += (text.empty() ? "" : "; ") + one.server + (one.failure.empty() ? "" : ": " + one.failure);
    }
    check.facts.emplace_back("asked", list_of(plan.time_servers));
    if (!failures.empty()) check.facts.emplace_back("failures", failures);
    const bool stay_home = known.mode == ports::CloudMode::Local;
    if (!answered.empty()) {
        check.summary = "A time server answers: " + answered + ".";
        return check;
    }
    // The bridge asks whom DHCP names, which we cannot see.
    constexpr const char* kBridgeToo =
        "The bridge takes its time from the server that DHCP names, else from Millrace when it connects.";
    if (plan.time_servers.empty()) {
        check.state = CheckState::Unknown;
        check.summary = "No time server was asked: none is named, and this machine has no gateway.";
        check.remedy = std::string("Name one with --ntp. ") + kBridgeToo;
    } else if (stay_home) {
        check.state = CheckState::Note;
        check.summary = "No time server in the house answers (asked: " + list_of(plan.time_servers) + ").";
        check.remedy = std::string(
                           "In local mode nobody on the internet is asked; name the one your house uses with "
                           "--ntp. ") +
                       kBridgeToo;
    } else {
        check.state = CheckState::Warning;
        check.summary = "No time server answers (asked: " + list_of(plan.time_servers) + ").";
        check.remedy = std::string("Let UDP port 123 out, or name one of the house with --ntp. ") + kBridgeToo;
    }
    return check;
}

}  // namespace

void judge_clock(const Known& known, const Plan& plan, const Probed& probed, Findings& findings) {
    findings.push_back(clock(known, probed));
    findings.push_back(ntp(known, plan, probed));
}

}  // namespace millrace::doctor
