// A house in which all is well, to spoil one thing of.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "doctor/judgement.h"

namespace millrace::doctor {

inline Address at(const std::string& text) {
    return boost::asio::ip::make_address(text);
}

inline const base::WallTime kNow = *base::from_rfc3339("2026-11-28T20:00:00Z");
inline const base::DeviceId kBridge = *base::DeviceId::parse("61F6F57952E6B438");
inline const base::DeviceId kSensor = *base::DeviceId::parse("61DA80B5F2A74DE4");

inline House good_house() {
    House house;
    ports::LiveBridge bridge;
    bridge.id = kBridge;
    bridge.connected = true;
    bridge.door = ports::Door::StandIn;
    bridge.peer = "192.168.1.50:49152";
    bridge.last_seen = kNow - base::Seconds{5};
    bridge.frames_opened = 12;
    house.live.bridges = {bridge};
    ports::LiveSensor sensor;
    sensor.id = kSensor;
    sensor.bridge = kBridge;
    sensor.calibrated = true;
    sensor.last_reading = sensor.last_seen = kNow - base::Seconds{90};
    house.live.sensors = {sensor};
    house.listener =
        ports::BridgeListener{"0.0.0.0:1883", "", 1, ports::Knock{kNow, "192.168.1.50:49152", false, true, {}}};
    house.home_assistant = ports::HomeAssistantLink{
        {"broker.lan:1883", true, ""}, true, "homeassistant", "homeassistant/status", true, kNow, false};
    return house;
}

inline Known good_known() {
    Known known;
    known.now = kNow;
    known.built = kNow - base::Seconds{86'400};
    known.version = "9.9.9";
    known.house = good_house();
    known.listen = "0.0.0.0:1883";
    known.listen_port = 1883;
    known.own = {at("127.0.0.1"), at("192.168.1.10"), at("fd00::10"), at("fe80::10")};
    known.cloud_host = "cloud.example";
    known.cloud_port = 1883;
    known.cloud_name_servers = {"9.9.9.9"};
    known.state_dir = "/var/lib/millrace";
    known.user = "millrace";
    return known;
}

inline Known without_daemon() {
    Known known = good_known();
    known.house.reset();
    known.no_daemon = "refused";
    known.broker_host = "broker.lan";
    known.broker_port = 1883;
    known.discovery_prefix = "homeassistant";
    return known;
}

inline Plan good_plan() {
    return {{"192.168.1.1"}, {}, {"192.168.1.1"}};
}

// `server` leads each name of the bridge to `addresses`.
inline void lead(Probed& probed, const std::string& server, const std::vector<std::string>& addresses) {
    std::vector<Address> all;
    for (const std::string& one : addresses) all.push_back(at(one));
    for (const auto name : kBridgeNames) probed.names.push_back({server, std::string(name), "", all});
}

inline Probed good_probed() {
    Probed probed;
    lead(probed, "192.168.1.1", {"192.168.1.10"});
    probed.times = {{"192.168.1.1", "", base::Milliseconds{3}, base::Milliseconds{1}}};
    probed.kernel_synchronised = true;
    probed.folder = {true, true, true, "millrace", "", 60'000'000'000, 5'000'000, ""};
    return probed;
}

// The check of that name; fails the test when there is none.
inline ports::Check find(const Findings& findings, const std::string& id) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& one) { return one.id == id; });
    if (found != findings.end()) return *found;
    ADD_FAILURE() << "no check " << id;
    return {};
}

inline bool has(const Findings& findings, const std::string& id) {
    return std::any_of(findings.begin(), findings.end(), [&](const auto& one) { return one.id == id; });
}

// What a finding says, all in one.
inline std::string all_of(const ports::Check& check) {
    std::string text = check.summary + "\n" + check.remedy;
    for (const auto& [name, value] : check.facts) text += "\n" + name + "=" + value;
    return text;
}

}  // namespace millrace::doctor
