// Whether the port for bridges is ours, and whether the network reaches it.
#include <algorithm>
#include <string>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

// What the emulated and the real bridge use, unless a NAT rule leads them elsewhere.
constexpr std::uint16_t kUsualPort = 1883;

std::string said(const PortHolder& holder) {
    if (holder.pid == 0) return "a program that only root may see";
    return holder.process + " (process " + std::to_string(holder.pid) + ")";
}

std::string ways_out(const Known& known, const PortHolder* holder) {
    const std::string port = std::to_string(known.listen_port);
    std::string text;
    if (holder == nullptr || holder->pid == 0) text = "See who it is with `sudo ss -ltnp sport = :" + port + "`. ";
    if (holder != nullptr && holder->process == "millrace") {
        return text + "That is a second Millrace: stop it, or ask it with --url where it serves its page.";
    }
    return text +
           "Best first: (1) take the port from the other broker; of Home Assistant's Mosquitto app, empty the field "
           "of 1883 under Configuration, Network: Home Assistant reaches it by its name. (2) Let Millrace listen "
           "at another port (bridge.listen) and lead the bridge there with a NAT rule on the router. (3) Run "
           "Millrace on another machine. (4) Let the bridge connect to that broker, and Millrace be a guest there "
           "(guest.broker).";
}

// Where we listen: the daemon's word, else what the kernel shows.
Check port(const Known& known, const Probed& probed) {
    Check check{"port", CheckState::Ok, "", "", {{"listen", known.listen}}};
    if (known.house && known.house->listener && known.house->listener->open()) {
        check.summary = "Millrace listens for bridges on " + known.house->listener->address + ".";
        if (!known.house->listener->problem.empty()) {
            check.state = CheckState::Warning;
            check.remedy = known.house->listener->problem;
        }
        return check;
    }
    const std::string where = "Port " + std::to_string(known.listen_port);
    if (probed.holders.empty()) {
        if (!known.house) {
            check.state = CheckState::Note;
            check.summary = where + " is free: nobody listens there, for no daemon runs.";
            return check;
        }
        check.state = CheckState::Problem;
        check.summary = "Millrace does not listen for bridges.";
        check.remedy = known.house->listener ? known.house->listener->problem : "Start it anew.";
        return check;
    }
    const PortHolder& holder = probed.holders.front();
    check.facts.emplace_back("address", holder.address);
    if (holder.pid != 0) {
        check.facts.emplace_back("process", holder.process);
        check.facts.emplace_back("pid", std::to_string(holder.pid));
    }
    // It listens for a service that is started by the first connection, or anew.
    if (holder.process == "systemd") {
        check.state = CheckState::Note;
        check.summary = where + " is kept open by systemd for a service.";
        check.remedy = "See which with `systemctl list-sockets`: it should be millrace.socket.";
        return check;
    }
    check.state = CheckState::Problem;
    check.summary = where + ", where bridges connect, is taken by " + said(holder) + ".";
    check.remedy = ways_out(known, &holder);
    return check;
}

// Connections that prove that another machine reaches us.
std::string from_elsewhere(const Known& known) {
    const auto other = [&known](const std::string& peer) {
        const auto address = address_in(peer);
        return address && !address->is_loopback() && !contains(known.own, *address);
    };
    if (known.house->listener && known.house->listener->last && other(known.house->listener->last->peer)) {
        return known.house->listener->last->peer;
    }
    for (const ports::LiveBridge& bridge : known.house->live.bridges) {
        if (bridge.connected && other(bridge.peer)) return bridge.peer;
    }
    return {};
}

std::string other_port(const Known& known) {
    if (known.listen_port == kUsualPort) return {};
    return " Bridges connect to port 1883, so a NAT rule has to lead them to port " +
           std::to_string(known.listen_port) + ".";
}

Check reach(const Known& known, const Probed& probed) {
    Check check{"reach", CheckState::Ok, "", "", {}};
    const std::string& bound = known.house ? known.house->listener->address : known.listen;
    const auto address = address_in(bound);
    check.facts.emplace_back("bound", bound);
    if (address && address->is_loopback()) {
        check.state = CheckState::Problem;
        check.summary = "Millrace listens on this machine's loopback only (" + bound + "): no bridge can reach it.";
        check.remedy = "Set `bridge: {listen: \"0.0.0.0:" + std::to_string(known.listen_port) +
                       "\"}` in the config file, and restart.";
        return check;
    }
    const auto failed = std::find_if(probed.own_port.begin(), probed.own_port.end(),
                                     [](const ConnectOutcome& one) { return !one.failure.empty(); });
    if (failed != probed.own_port.end()) {
        check.state = CheckState::Problem;
        check.summary = "Nothing answers at " + failed->target + ": " + failed->failure + ".";
        check.remedy = "Check bridge.listen, and the rules of this machine's firewall (`nft list ruleset`).";
        return check;
    }
    const std::vector<Address> own = reachable(known.own);
    const std::string at = address && !address->is_unspecified() ? address->to_string()
                           : own.empty()                         ? "no address"
                                                                 : list_of(own);
    check.facts.emplace_back("addresses", at);
    if (known.house) {
        if (const std::string peer = from_elsewhere(known); !peer.empty()) {
            check.summary = "Another machine has connected to the port: " + peer + ".";
            return check;
        }
    }
    if (own.empty()) {
        check.state = CheckState::Problem;
        check.summary = "This machine has no address but its own loopback: it is on no network.";
        check.remedy = "Connect it to the network that the bridge is in.";
        return check;
    }
    check.state = CheckState::Note;
    check.summary = "The port is open at " + at + "; whether the network lets others in is not proven yet.";
    check.remedy = "Only a connection from another machine proves it: try `nc -z ADDRESS " +
                   std::to_string(known.listen_port) +
                   "` from one, or wait for the bridge. A firewall on this machine has to let TCP port " +
                   std::to_string(known.listen_port) + " in." + other_port(known);
    return check;
}

void others(const Probed& probed, Findings& findings) {
    if (probed.others.empty()) return;
    std::vector<std::string> ids;
    for (const int pid : probed.others) ids.push_back(std::to_string(pid));
    findings.push_back({"second",
                        CheckState::Note,
                        "Another Millrace runs on this machine too (process " + list_of(ids) + ").",
                        "If you did not mean that, stop one: a bridge talks to one of them only.",
                        {{"pids", list_of(ids)}}});
}

}  // namespace

void judge_port(const Known& known, const Probed& probed, Findings& findings) {
    if (known.guest || known.watched) {
        const bool only = !known.house || !known.house->listener || !known.house->listener->open();
        if (only) return others(probed, findings);
    }
    findings.push_back(port(known, probed));
    const bool ours = known.house && known.house->listener && known.house->listener->open();
    const bool seen = !known.house && !probed.holders.empty() && probed.holders.front().process == "millrace";
    const auto bound = address_in(known.listen);
    if (ours || seen || (!known.house && bound && bound->is_loopback())) findings.push_back(reach(known, probed));
    others(probed, findings);
}

}  // namespace millrace::doctor
