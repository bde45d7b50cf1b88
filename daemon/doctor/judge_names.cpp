// Where the house's DNS sends the bridge.
#include <algorithm>
#include <map>
#include <string>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

enum class Goes { Here, Elsewhere, Nowhere, Unanswered };

// What one server says of one name, of one family.
Goes direction(const Known& known, const NameAnswer& answer, bool v6) {
    if (!answer.answered()) return Goes::Unanswered;
    bool any = false;
    for (const Address& address : answer.addresses) {
        if (address.is_v6() != v6) continue;
        any = true;
        // A loopback address would lead the bridge to itself.
        if (address.is_loopback() || !contains(known.own, address)) return Goes::Elsewhere;
    }
    return any ? Goes::Here : Goes::Nowhere;
}

struct Tally {
    int here = 0;
    int elsewhere = 0;
    int nowhere = 0;
    int unanswered = 0;
    bool private_elsewhere = false;   // to an address of the house that is not ours
    std::vector<std::string> lost;    // names that are not led here by some server
    std::vector<std::string> astray;  // where they are led to

    [[nodiscard]] int answered() const { return here + elsewhere + nowhere; }
};

template <typename T>
void add_once(std::vector<T>& all, const T& one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

bool is_bridge_name(const std::string& name) {
    return std::find(kBridgeNames.begin(), kBridgeNames.end(), name) != kBridgeNames.end();
}

Tally tally(const Known& known, const Probed& probed, bool v6) {
    Tally all;
    for (const NameAnswer& answer : probed.names) {
        if (!is_bridge_name(answer.name)) continue;
        const Goes goes = direction(known, answer, v6);
        if (goes == Goes::Here) ++all.here;
        if (goes == Goes::Elsewhere) ++all.elsewhere;
        if (goes == Goes::Nowhere) ++all.nowhere;
        if (goes == Goes::Unanswered) ++all.unanswered;
        if (goes == Goes::Elsewhere || goes == Goes::Nowhere) add_once(all.lost, answer.name);
        if (goes != Goes::Elsewhere) continue;
        for (const Address& address : answer.addresses) {
            if (address.is_v6() != v6) continue;
            add_once(all.astray, address.to_string());
            all.private_elsewhere = all.private_elsewhere || (is_local(address) && !address.is_loopback());
        }
    }
    return all;
}

// Whether for any name one server leads here and another does not.
bool servers_disagree(const Known& known, const Probed& probed) {
    std::map<std::string, Goes> first;
    for (const NameAnswer& answer : probed.names) {
        const Goes goes = direction(known, answer, false);
        if (!is_bridge_name(answer.name) || goes == Goes::Unanswered) continue;
        const auto [said, fresh] = first.emplace(answer.name, goes);
        if (!fresh && (said->second == Goes::Here) != (goes == Goes::Here)) return true;
    }
    return false;
}

void add_facts(const Probed& probed, const Plan& plan, bool (*wanted)(const std::string&), Check& check) {
    check.facts.emplace_back("asked", plan.name_servers.empty() ? "nobody" : list_of(plan.name_servers));
    if (!plan.left_out.empty()) check.facts.emplace_back("not_asked", list_of(plan.left_out));
    for (const NameAnswer& answer : probed.names) {
        if (!wanted(answer.name)) continue;
        const std::string said = !answer.answered()         ? "no answer: " + answer.failure
                                 : answer.addresses.empty() ? "no such name"
                                                            : list_of(answer.addresses);
        check.facts.emplace_back(answer.name + " at " + answer.server, said);
    }
}

std::string this_machine(const Known& known) {
    std::vector<Address> own = reachable(known.own);
    std::erase_if(own, [](const Address& address) { return address.is_v6(); });
    if (known.container) return "the address of the machine that this container runs on";
    if (own.empty()) return "the address of this machine";
    return "the address of this machine (" + list_of(own) + ")";
}

std::string names() {
    return list_of(std::vector<std::string>(kBridgeNames.begin(), kBridgeNames.end()));
}

bool bridge_is_here(const Known& known) {
    if (!known.house) return false;
    const auto& bridges = known.house->live.bridges;
    return std::any_of(bridges.begin(), bridges.end(), [](const ports::LiveBridge& one) { return one.connected; });
}

std::string how_to_lead(const Known& known) {
    return "Tell what answers DNS in your house (Pi-hole, AdGuard Home, dnsmasq, Unbound, the router) to answer " +
           names() + " with " + this_machine(known) +
           ", then restart the bridge. The page's set-up has the lines to paste. If another server serves the bridge, "
           "ask it with --dns ADDRESS.";
}

Check dns(const Known& known, const Plan& plan, const Probed& probed) {
    Check check{"dns", CheckState::Ok, "", "", {}};
    add_facts(probed, plan, is_bridge_name, check);
    const auto say = [&](CheckState state, std::string summary, std::string remedy = {}) {
        check.state = state;
        check.summary = std::move(summary);
        check.remedy = std::move(remedy);
        return check;
    };
    const Tally all = tally(known, probed, false);
    if (plan.name_servers.empty()) {
        return say(CheckState::Unknown,
                   plan.left_out.empty()
                       ? "This machine knows no name server that could be asked."
                       : "This machine asks " + list_of(plan.left_out) +
                             " on the internet for names, which leads no bridge here, and which is not asked in local "
                             "mode.",
                   "Ask the one that your bridge asks (usually the router) with --dns ADDRESS.");
    }
    if (all.answered() == 0) {
        return say(CheckState::Unknown, "No name server answers (asked: " + list_of(plan.name_servers) + ").",
                   "Check that it runs, or ask the one that your bridge asks with --dns ADDRESS.");
    }
    if (all.elsewhere + all.nowhere == 0) {
        return say(CheckState::Ok, "The house's DNS sends the bridge to this machine.");
    }
    if (bridge_is_here(known)) {
        return say(CheckState::Note,
                   "The bridge is here, though the servers asked do not send it here: by a NAT rule, or by another "
                   "server.",
                   "Nothing to mend while the bridge stays connected.");
    }
    if (servers_disagree(known, probed)) {
        return say(
            CheckState::Warning,
            "Name servers disagree on where the bridge goes: it may be led here, or not (" + list_of(all.lost) + ").",
            "Let DHCP name only servers that send it here. " + how_to_lead(known));
    }
    if (all.here > 0) {
        return say(CheckState::Warning, "Some names lead here, but not " + list_of(all.lost) + ".", how_to_lead(known));
    }
    if (all.elsewhere == 0) {
        return say(CheckState::Problem,
                   "The house's DNS says that the bridge's names do not exist: it will find nobody.",
                   how_to_lead(known));
    }
    if (known.container && all.private_elsewhere) {
        return say(CheckState::Note,
                   "The house's DNS sends the bridge to " + list_of(all.astray) +
                       ". That is right if it is the machine that this container runs on.",
                   "Compare it with that machine's address, and see that its port 1883 leads into the container.");
    }
    return say(CheckState::Problem,
               "The house's DNS sends the bridge to " + list_of(all.astray) + ", and not to this machine.",
               how_to_lead(known));
}

void dns_ipv6(const Known& known, const Plan& plan, const Probed& probed, Findings& findings) {
    const Tally all = tally(known, probed, true);
    // Without a way in by IPv4 this would say the same again.
    if (all.elsewhere == 0 || tally(known, probed, false).here == 0) return;
    Check check{"dns_ipv6",
                CheckState::Warning,
                "IPv6 leads away: DNS also gives " + list_of(all.astray) + " for " + list_of(all.lost) +
                    ", which is not this machine.",
                "Let DNS answer these names without any IPv6 address (in dnsmasq: also `address=/NAME/::`; Pi-hole and "
                "AdGuard Home do so where the name has an IPv4 entry only), or with one of this machine.",
                {}};
    add_facts(probed, plan, is_bridge_name, check);
    findings.push_back(std::move(check));
}

void dns_updates(const Known& known, const Plan& plan, const Probed& probed, Findings& findings) {
    const auto wanted = [](const std::string& name) { return name == kUpdateName; };
    std::vector<std::string> to;
    bool here = false;
    bool answered = false;
    for (const NameAnswer& answer : probed.names) {
        if (!wanted(answer.name) || !answer.answered()) continue;
        answered = true;
        for (const Address& address : answer.addresses) {
            here = here || contains(known.own, address);
            add_once(to, address.to_string());
        }
    }
    if (!answered) return;
    const std::string name(kUpdateName);
    Check check{"dns_updates", CheckState::Note, "", "", {}};
    if (to.empty()) {
        check.summary = "The bridge gets no updates of its firmware: " + name + " leads nowhere.";
    } else if (here) {
        check.summary = name + " leads to this machine, where nobody serves updates: the bridge gets none.";
    } else {
        check.summary = "The bridge may update its firmware from " + name + " (" + list_of(to) + ").";
    }
    add_facts(probed, plan, wanted, check);
    findings.push_back(std::move(check));
}

}  // namespace

void judge_names(const Known& known, const Plan& plan, const Probed& probed, Findings& findings) {
    if (known.guest || known.watched) {
        findings.push_back({"dns",
                            CheckState::Note,
                            "Bridges do not connect to Millrace here, so where DNS sends them was not judged.",
                            "",
                            {}});
        return;
    }
    findings.push_back(dns(known, plan, probed));
    dns_ipv6(known, plan, probed, findings);
    dns_updates(known, plan, probed, findings);
}

}  // namespace millrace::doctor
