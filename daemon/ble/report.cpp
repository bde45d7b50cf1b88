#include "ble/report.h"

#include <string>
#include <utility>

namespace millrace::ble {
namespace {

using ports::BluetoothPart;
using ports::MetricType;

ports::Metric counter(std::string name, std::string help, std::vector<std::pair<std::string, std::string>> labels,
                      std::uint64_t value) {
    return {std::move(name), std::move(help), MetricType::Counter, std::move(labels), static_cast<double>(value)};
}

std::string in_order(const ports::BluetoothState& state) {
    std::string names;
    for (const auto& adapter : state.adapters) names += (names.empty() ? "" : ", ") + adapter.name;
    std::string text = (state.passive ? "listening with " : "scanning with ") + names;
    if (!state.receivers.empty()) text += "; " + std::to_string(state.receivers.size()) + " receivers connected";
    return text;
}

}  // namespace

ports::HealthItem health_of(const ports::BluetoothState& state) {
    if (!state.problem.empty()) return {"bluetooth", false, state.problem};
    for (const auto& adapter : state.adapters) {
        if (!adapter.problem.empty()) return {"bluetooth", false, adapter.name + ": " + adapter.problem};
    }
    for (const auto& receiver : state.receivers) {
        if (!receiver.problem.empty()) {
            return {"bluetooth", false, "receiver " + receiver.address.str() + ": " + receiver.problem};
        }
    }
    if (state.state != BluetoothPart::Working) return {"bluetooth", true, "asking BlueZ"};
    return {"bluetooth", true, in_order(state)};
}

std::vector<ports::Metric> metrics_of(const ports::BluetoothState& state, const Tally& tally,
                                      std::uint64_t bus_connections) {
    std::vector<ports::Metric> metrics;
    metrics.push_back({"millrace_bluetooth_working",
                       "Whether at least one adapter listens.",
                       MetricType::Gauge,
                       {},
                       state.state == BluetoothPart::Working ? 1.0 : 0.0});
    metrics.push_back(counter("millrace_bluetooth_bus_connections_total",
                              "Connections to the message bus that BlueZ is on.", {}, bus_connections));
    for (const auto& [name, adapter] : tally.adapters) {
        metrics.push_back(counter("millrace_bluetooth_advertisements_total", "Advertisements of BTHome heard.",
                                  {{"adapter", name}}, adapter.advertisements));
    }
    const auto of_receivers = [&](const char* name, const char* help, std::uint64_t ReceiverTally::*count) {
        for (std::size_t i = 0; i < state.receivers.size() && i < tally.receivers.size(); ++i) {
            metrics.push_back(
                counter(name, help, {{"receiver", state.receivers[i].address.str()}}, tally.receivers[i].*count));
        }
    };
    of_receivers("millrace_bluetooth_frames_total", "Whole frames from a receiver.", &ReceiverTally::frames);
    of_receivers("millrace_bluetooth_broken_fragments_total",
                 "Fragments from a receiver that belong to no whole frame.", &ReceiverTally::broken);
    of_receivers("millrace_bluetooth_subscriptions_total", "Times that a receiver's notifications were switched on.",
                 &ReceiverTally::subscriptions);
    return metrics;
}

}  // namespace millrace::ble
