// For a build without D-Bus.
#include "ble/radio.h"

#include <utility>

#include "ble/log.h"
#include "ble/report.h"

namespace millrace::ble {

class Radio::Works {
public:
    Works(const Settings& settings, const base::Clock& clock) : clock_(clock) {
        state_.state = ports::BluetoothPart::Missing;
        state_.problem = "this build has no Bluetooth: take one that has, or set bluetooth.enabled to false";
        state_.passive = settings.passive;
    }

    [[nodiscard]] const ports::BluetoothState& state() const { return state_; }
    void say() { (void)log_.note(clock_.steady_now(), "bluetooth", state_.problem); }

private:
    const base::Clock& clock_;
    ports::BluetoothState state_;
    ChangeLog log_;
};

Radio::Radio(Settings settings, Surroundings surroundings, const Limits&) {
    if (settings.enabled) works_ = std::make_unique<Works>(settings, surroundings.clock);
}

Radio::~Radio() = default;

void Radio::start() {
    if (works_) works_->say();
}

void Radio::stop() {}

ports::BluetoothState Radio::bluetooth() const {
    return works_ ? works_->state() : ports::BluetoothState{};
}

void Radio::health(std::vector<ports::HealthItem>& items) const {
    if (works_) items.push_back(health_of(works_->state()));
}

void Radio::metrics(std::vector<ports::Metric>& metrics) const {
    if (!works_) return;
    for (ports::Metric& metric : metrics_of(works_->state(), {}, 0)) metrics.push_back(std::move(metric));
}

}  // namespace millrace::ble
