// The user's broker, and Home Assistant behind it.
#include <string>

#include "doctor/judgement.h"

namespace millrace::doctor {
namespace {

using ports::Check;
using ports::CheckState;

constexpr const char* kCredentials =
    "Check mqtt.user and mqtt.password_file; in Home Assistant's Mosquitto app, logins are those of Home Assistant's "
    "people, or stand in its option `logins`.";

Check not_set() {
    return {"broker",
            CheckState::Note,
            "No MQTT broker is named, so Home Assistant is told nothing.",
            "Name one in the config file (mqtt.host). Without Home Assistant you may leave this out.",
            {}};
}

Check broker_of_daemon(const ports::HomeAssistantLink& link) {
    const std::string& address = link.broker.address;
    if (link.broker.connected) {
        return {"broker", CheckState::Ok, "Connected to the broker " + address + ".", "", {{"address", address}}};
    }
    if (link.broker.problem.empty()) {
        return {"broker",
                CheckState::Unknown,
                "The first attempt to reach the broker " + address + " is under way.",
                "Check again in a moment.",
                {{"address", address}}};
    }
    return {"broker",
            CheckState::Problem,
            "The broker " + address + " is not reached: " + link.broker.problem + ".",
            "Check mqtt.host, mqtt.port and that the broker runs. " + std::string(kCredentials),
            {{"address", address}, {"problem", link.broker.problem}}};
}

Check broker_by_probe(const Known& known, const Probed& probed) {
    const std::string address = known.broker_host + ":" + std::to_string(known.broker_port);
    Check check{"broker", CheckState::Problem, "", "", {{"address", address}}};
    if (!probed.broker_failure.empty()) check.facts.emplace_back("problem", probed.broker_failure);
    switch (probed.broker) {
        case BrokerAnswer::Accepted:
            check.state = CheckState::Ok;
            check.summary = "The broker " + address + " lets us in.";
            return check;
        case BrokerAnswer::NotAsked:
            check.state = CheckState::Unknown;
            check.summary = "The broker " + address + " can be reached; whether it lets us in by TLS, a daemon shows.";
            check.remedy = "Start the daemon, and check again.";
            return check;
        case BrokerAnswer::BadCredentials:
        case BrokerAnswer::NotAuthorised:
            check.summary = "The broker " + address + " does not accept user name and password.";
            check.remedy = kCredentials;
            return check;
        case BrokerAnswer::Refused:
            check.summary = "The broker " + address + " refuses us.";
            check.remedy = "See the broker's log.";
            return check;
        case BrokerAnswer::NoMqtt:
            check.summary = "What answers at " + address + " is no MQTT broker.";
            check.remedy = "Check mqtt.port; if it wants TLS, set mqtt.tls.";
            return check;
        case BrokerAnswer::Unreachable:
            check.summary = "The broker " + address + " cannot be reached.";
            check.remedy = "Check mqtt.host and mqtt.port, and that the broker runs.";
            return check;
    }
    return check;
}

// A prefix that is no topic, or that nobody listens below.
Check discovery(const std::string& prefix, const ports::HomeAssistantLink* link) {
    Check check{"discovery", CheckState::Ok, "", "", {{"prefix", prefix}}};
    const auto warn = [&check](std::string summary, std::string remedy) {
        check.state = CheckState::Warning;
        check.summary = std::move(summary);
        check.remedy = std::move(remedy);
        return check;
    };
    if (prefix.find_first_of("+#") != std::string::npos || prefix.starts_with('/') || prefix.ends_with('/')) {
        return warn("The discovery prefix \"" + prefix + "\" is no plain topic.",
                    "Set it as in Home Assistant's MQTT integration, which has `homeassistant` unless changed.");
    }
    if (link != nullptr && link->broker.connected && !link->discovery_published) {
        check.state = CheckState::Unknown;
        check.summary = "The broker has not taken all of the discovery documents yet.";
        check.remedy = "Check again in a moment. If it stays so, see the broker's log, and whether it may write to " +
                       prefix + "/#.";
        return check;
    }
    if (prefix != "homeassistant") {
        check.state = CheckState::Note;
        check.summary = "Entities are announced below " + prefix + "/, which is not Home Assistant's usual prefix.";
        check.remedy = "Its MQTT integration has to have the same discovery prefix.";
        return check;
    }
    check.summary = link == nullptr || !link->broker.connected ? "Entities will be announced below " + prefix + "/."
                                                               : "Entities are announced below " + prefix + "/.";
    return check;
}

Check birth(const ports::HomeAssistantLink& link) {
    Check check{"home_assistant", CheckState::Ok, "", "", {{"topic", link.birth_topic}}};
    if (!link.birth_seen) {
        check.state = CheckState::Note;
        check.summary = "Home Assistant has not been heard at this broker since Millrace was started.";
        check.remedy =
            "It says so when it starts. Set up its MQTT integration with this broker, then restart it or "
            "reload the integration; the birth topic has to be " +
            link.birth_topic + ".";
        return check;
    }
    check.facts.emplace_back("seen", base::to_rfc3339(*link.birth_seen));
    check.summary = link.birth_retained ? "Home Assistant has been at this broker; when, is not known."
                                        : "Home Assistant has been heard at this broker.";
    return check;
}

}  // namespace

void judge_home(const Known& known, const Probed& probed, Findings& findings) {
    const ports::HomeAssistantLink* link =
        known.house && known.house->home_assistant ? &*known.house->home_assistant : nullptr;
    if (known.house ? link == nullptr : known.broker_host.empty()) {
        findings.push_back(not_set());
        return;
    }
    findings.push_back(link != nullptr ? broker_of_daemon(*link) : broker_by_probe(known, probed));
    const std::string prefix = link == nullptr ? known.discovery_prefix : link->discovery ? link->discovery_prefix : "";
    if (prefix.empty()) {
        findings.push_back({"discovery",
                            CheckState::Note,
                            "Discovery is switched off: Home Assistant finds no entities.",
                            "Set `mqtt: {discovery: true}` if you want them.",
                            {}});
        return;
    }
    findings.push_back(discovery(prefix, link));
    if (link != nullptr && link->broker.connected) findings.push_back(birth(*link));
}

}  // namespace millrace::doctor
