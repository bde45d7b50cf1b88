#include "ble/radio.h"

#include <algorithm>
#include <utility>

#include "ble/bluez_finder.h"
#include "ble/log.h"
#include "ble/report.h"
#include "ble/session.h"

namespace millrace::ble {

using ports::BluetoothPart;

class Radio::Works {
public:
    Works(Settings settings, Surroundings surroundings, const Limits& limits);

    void start();
    void stop();
    [[nodiscard]] ports::BluetoothState state() const;
    [[nodiscard]] std::vector<ports::Metric> metrics() const {
        return metrics_of(state(), tally_, finder_.connections());
    }

private:
    void on_found(Bus& bus, const std::string& owner);
    void review();
    void review_soon();
    void add_adapters(ports::BluetoothState& state) const;
    void add_receivers(ports::BluetoothState& state) const;

    const Settings settings_;
    const Surroundings surroundings_;
    const Limits limits_;
    Tally tally_;
    BluezFinder finder_;
    std::unique_ptr<Session> session_;  // before the bus it is on
    ChangeLog log_;
    Delay review_;
    Delay review_again_;
    bool stopped_ = true;
};

Radio::Works::Works(Settings settings, Surroundings surroundings, const Limits& limits)
    : settings_(std::move(settings)),
      surroundings_(std::move(surroundings)),
      limits_(limits),
      finder_(surroundings_.loop, settings_.bus_address, limits_,
              {[this](Bus& bus, const std::string& owner) { on_found(bus, owner); },
               [this](const std::string&) {
                   session_.reset();
                   review_soon();
               },
               [this] { review_soon(); }}),
      review_(surroundings_.loop),
      review_again_(surroundings_.loop) {
    tally_.receivers.resize(settings_.receivers.size());
}

void Radio::Works::start() {
    if (!std::exchange(stopped_, false)) return;
    finder_.start();
    review_soon();
}

void Radio::Works::stop() {
    if (std::exchange(stopped_, true)) return;
    if (session_) session_->stop();
    session_.reset();
    finder_.stop();
    review_.cancel();
    review_again_.cancel();
}

void Radio::Works::on_found(Bus& bus, const std::string& owner) {
    session_ = std::make_unique<Session>(
        Bluez{surroundings_.loop, surroundings_.clock, limits_, bus, owner, [this] { review_soon(); }}, settings_,
        surroundings_.advertisements, FrameWay{surroundings_.frames, surroundings_.next_connection}, tally_);
}

void Radio::Works::review_soon() {
    // What lasts no longer than this is not worth a line.
    if (!stopped_ && !review_.pending()) review_.after(limits_.first_wait, [this] { review(); });
}

// Says what has changed, and a minute later what the log had no room for.
void Radio::Works::review() {
    const base::SteadyTime now = surroundings_.clock.steady_now();
    const ports::BluetoothState all = state();
    const auto note = [&](const std::string& subject, BluetoothPart part, const std::string& problem) {
        // Being asked is neither well nor ill.
        if (part == BluetoothPart::Working || !problem.empty()) (void)log_.note(now, subject, problem);
    };
    note("bluetooth", all.state, all.problem);
    for (const auto& adapter : all.adapters) note("adapter " + adapter.name, adapter.state, adapter.problem);
    for (const auto& receiver : all.receivers) {
        note("receiver " + receiver.address.str(), receiver.state, receiver.problem);
    }
    review_again_.after(ChangeLog::kInterval, [this] { review(); });
}

ports::BluetoothState Radio::Works::state() const {
    ports::BluetoothState state;
    state.passive = settings_.passive;
    const Condition& condition = session_ ? session_->condition() : finder_.condition();
    state.state = condition.state;
    state.problem = condition.problem;
    add_adapters(state);
    add_receivers(state);
    return state;
}

void Radio::Works::add_adapters(ports::BluetoothState& state) const {
    if (session_) {
        state.adapters = session_->adapters();
    } else {
        for (const std::string& name : settings_.adapters) {
            state.adapters.emplace_back().name = name;
            state.adapters.back().state = state.state;
        }
        std::sort(state.adapters.begin(), state.adapters.end(),
                  [](const auto& left, const auto& right) { return left.name < right.name; });
    }
    if (state.state != BluetoothPart::Working) return;
    if (state.adapters.empty()) {
        state.state = BluetoothPart::Waiting;
        state.problem = "BlueZ knows of no adapter: plug one in, and see whether `bluetoothctl list` shows it";
        return;
    }
    // The house listens when one of them does; else it does as badly as all, and a refusal is what to mend first.
    const auto any = [&state](BluetoothPart part) {
        return std::any_of(state.adapters.begin(), state.adapters.end(),
                           [part](const auto& adapter) { return adapter.state == part; });
    };
    if (any(BluetoothPart::Working)) return;
    state.state = any(BluetoothPart::Forbidden) ? BluetoothPart::Forbidden
                  : any(BluetoothPart::Waiting) ? BluetoothPart::Waiting
                                                : BluetoothPart::Missing;
}

void Radio::Works::add_receivers(ports::BluetoothState& state) const {
    for (std::size_t i = 0; i < settings_.receivers.size(); ++i) {
        const Condition* condition = session_ ? session_->receiver(i) : nullptr;
        ports::BluetoothReceiver receiver;
        receiver.address = settings_.receivers[i].address;
        receiver.state = condition != nullptr ? condition->state : BluetoothPart::Waiting;
        receiver.problem = condition != nullptr ? condition->problem : "";
        receiver.frames = tally_.receivers[i].frames;
        receiver.broken = tally_.receivers[i].broken;
        state.receivers.push_back(std::move(receiver));
    }
}

Radio::Radio(Settings settings, Surroundings surroundings, const Limits& limits) {
    if (settings.enabled) works_ = std::make_unique<Works>(std::move(settings), std::move(surroundings), limits);
}

Radio::~Radio() {
    stop();
}

void Radio::start() {
    if (works_) works_->start();
}

void Radio::stop() {
    if (works_) works_->stop();
}

ports::BluetoothState Radio::bluetooth() const {
    return works_ ? works_->state() : ports::BluetoothState{};
}

void Radio::health(std::vector<ports::HealthItem>& items) const {
    if (works_) items.push_back(health_of(works_->state()));
}

void Radio::metrics(std::vector<ports::Metric>& metrics) const {
    if (!works_) return;
    for (ports::Metric& metric : works_->metrics()) metrics.push_back(std::move(metric));
}

}  // namespace millrace::ble
