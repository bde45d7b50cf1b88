#include "detect/sensor_detector.h"

namespace millrace::detect {

struct SensorDetector::State {};

SensorDetector::SensorDetector() : state_(std::make_unique<State>()) {}
SensorDetector::~SensorDetector() = default;
SensorDetector::SensorDetector(SensorDetector&&) noexcept = default;
SensorDetector& SensorDetector::operator=(SensorDetector&&) noexcept = default;

void SensorDetector::apply(const meter::Reading&, base::VolumePerPeak, const Context&) {}
std::vector<Finding> SensorDetector::judge(base::WallTime, const Context&) const {
    return {};
}
std::vector<Use> SensorDetector::take_uses() {
    return {};
}
std::optional<Use> SensorDetector::open_use(base::WallTime) const {
    return std::nullopt;
}
base::FlowRate SensorDetector::base_flow(base::WallTime) const {
    return {};
}
std::vector<Habit> SensorDetector::habits() const {
    return {};
}
void SensorDetector::set_habit(const Habit&) {}
void SensorDetector::forget_habit(std::int64_t) {}
void SensorDetector::forget() {}
void SensorDetector::not_a_leak(const Finding&) {}
int SensorDetector::days_learned() const {
    return 0;
}

}  // namespace millrace::detect
