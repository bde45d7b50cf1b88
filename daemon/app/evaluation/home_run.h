// A home's water through the meter, the radio and the product: the run that `millrace evaluate` judges.
//
// Pulses are cut from the sum of all water by whole seconds, batched as the sensor does (see emulate/sample_queue.h),
// made into readings by meter::apply and judged by detect::SensorDetector after every message and at every simulated
// minute; between them the sensor reports its states, which says that it is there; detect::IncidentBook makes events of
// that. From the peaks on it is the product's own code. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "app/evaluation/home_trace.h"
#include "app/evaluation/meter_variant.h"
#include "detect/incident.h"
#include "detect/sensor_detector.h"
#include "detect/use.h"
#include "meter/calibration_table.h"
#include "meter/sensor_meter.h"

namespace millrace::app {

// Reads spans second by second, forward only.
class WaterCursor {
public:
    explicit WaterCursor(const WaterSpans* spans) : spans_(spans) {}

    // What ran in the second that ends then. Must not go back.
    [[nodiscard]] std::int64_t in_second(std::int64_t ends_s);
    // When water runs next, seen from a moment: that moment itself while it runs, the end of time when never.
    [[nodiscard]] std::int64_t next_from(std::int64_t unix_s);

private:
    const WaterSpans* spans_;
    std::size_t at_ = 0;
};

class HomeRun {
public:
    // All are referred to and must live on. `calendar` may be nothing.
    HomeRun(const Home& home, const MeterVariant& variant, const WaterSpans* calendar);

    // Never back.
    void run_until(std::int64_t unix_s);

    // Water of its own from now on. Must live on.
    void set_leak(const WaterSpans* water);
    void set_mode(detect::Mode mode) { mode_ = mode; }

    [[nodiscard]] const std::vector<detect::AlarmEvent>& events() const { return events_; }
    // The rules that an open incident has borne since the last call: bit by number, water rules only.
    std::uint32_t take_rules();
    // The uses that have ended since the last call, in the order in which they were found.
    [[nodiscard]] std::vector<detect::Use> take_uses();
    [[nodiscard]] std::int64_t messages() const { return messages_; }
    [[nodiscard]] std::int64_t pulses() const { return pulses_; }

private:
    struct Entry {
        std::int64_t at_s = 0;
        std::uint32_t value = 0;
    };

    void count_window();
    void send();
    void deliver(std::int64_t received_s, const message::Samples& samples);
    void tick_until(std::int64_t unix_s);
    void report();
    void judge(std::int64_t now_s);
    void move_on();
    [[nodiscard]] detect::Context context(std::int64_t now_s);
    [[nodiscard]] bool is_lost(std::int64_t sent_s);

    const Home& home_;
    const MeterVariant& variant_;
    WaterCursor own_;
    WaterCursor calendar_;
    WaterCursor leak_;
    std::int64_t window_end_;  // of the window that is counted next
    std::int64_t counted_;     // the end of the last one that was counted
    std::int64_t until_pulse_;
    std::uint32_t count_ = 1;
    std::size_t restart_ = 0;
    std::size_t gap_ = 0;
    std::vector<Entry> waiting_;
    std::int64_t next_tick_;
    std::int64_t next_report_;  // of the sensor's states
    std::int64_t heard_;
    std::int64_t offset_quarter_ = -1;
    base::Seconds offset_{0};
    detect::Settings settings_;
    detect::Mode mode_ = detect::Mode::Home;
    base::DeviceId device_;
    meter::CalibrationTable calibration_;
    meter::SensorMeter meter_;
    detect::SensorDetector detector_;
    detect::IncidentBook book_;
    std::vector<detect::AlarmEvent> events_;
    std::vector<detect::Use> uses_;
    std::uint32_t rules_ = 0;
    std::int64_t messages_ = 0;
    std::int64_t pulses_ = 0;
};

}  // namespace millrace::app
