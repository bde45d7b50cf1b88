// Whether the cloud is reached, past the redirection that brings the bridge here; and loops.
#include <algorithm>
#include <string>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

constexpr const char* kWayOut =
    "Name servers of the internet for it in cloud.name_servers, and let the router not catch their answers: a rule "
    "that "
    "sends all DNS (port 53) to the house's own server has to leave this machine out.";

bool is_us(const Known& known, const Address& address) {
    // Another port of this machine is another program, such as a broker that plays the cloud.
    return known.cloud_port == known.listen_port && (address.is_loopback() || contains(known.own, address));
}

Check upstream(const Known& known, const Upstream& found) {
    Check check{
        "upstream", CheckState::Ok, "", "", {{"cloud", known.cloud_host + ":" + std::to_string(known.cloud_port)}}};
    check.facts.emplace_back("name_servers", list_of(known.cloud_name_servers));
    std::vector<Address> all;
    std::string failures;
    for (const NameAnswer& answer : found.answers) {
        for (const Address& address : answer.addresses) {
            if (!contains(all, address)) all.push_back(address);
        }
        if (!answer.answered()) failures += (failures.empty() ? "" : "; ") + answer.server + ": " + answer.failure;
    }
    if (!all.empty()) check.facts.emplace_back("addresses", list_of(all));
    if (!failures.empty()) check.facts.emplace_back("failures", failures);
    const auto problem = [&check](std::string summary, std::string remedy) {
        check.state = CheckState::Problem;
        check.summary = std::move(summary);
        check.remedy = std::move(remedy);
        return check;
    };
    if (std::any_of(all.begin(), all.end(), [&](const Address& one) { return is_us(known, one); })) {
        return problem("The cloud's name leads to this machine for us too: the relay would talk to itself.", kWayOut);
    }
    if (all.empty()) {
        return failures.empty()
                   ? problem("The name servers know no address of " + known.cloud_host + ".",
                             std::string("Check cloud.host. ") + kWayOut)
                   : problem("No name server answers for " + known.cloud_host + ".",
                             "Check the internet connection, and let this machine ask them (UDP and TCP port 53).");
    }
    const bool reached = std::any_of(found.connections.begin(), found.connections.end(),
                                     [](const ConnectOutcome& one) { return one.failure.empty(); });
    if (!reached) {
        for (const ConnectOutcome& one : found.connections) check.facts.emplace_back(one.target, one.failure);
        return problem("The cloud cannot be reached at " + list_of(all) + ".",
                       "Let this machine out to TCP port " + std::to_string(known.cloud_port) +
                           "; a rule that shuts the bridge in, or a NAT rule that leads the bridge here, must not "
                           "catch this machine.");
    }
    check.summary = "The cloud is reached, by name servers of our own choice.";
    return check;
}

// A bridge that comes from this machine itself is no bridge.
void loop(const Known& known, Findings& findings) {
    if (!known.house) return;
    for (const ports::LiveBridge& bridge : known.house->live.bridges) {
        const auto peer = address_in(bridge.peer);
        if (!bridge.connected || bridge.door != ports::Door::Relay || !peer) continue;
        if (!peer->is_loopback() && !contains(known.own, *peer)) continue;
        findings.push_back(
            {"loop",
             CheckState::Note,
             "Bridge " + std::string(bridge.id.text()) + " connects from this machine itself (" + bridge.peer + ").",
             "Right for an emulated bridge or a NAT rule here. Otherwise another relay on this machine "
             "passes it on, and its connection to the cloud has been caught.",
             {{"peer", bridge.peer}}});
    }
}

}  // namespace

void judge_upstream(const Known& known, const Probed& probed, Findings& findings) {
    if (probed.upstream) findings.push_back(upstream(known, *probed.upstream));
    loop(known, findings);
}

}  // namespace millrace::doctor
