// Leak detection: whatever a sensor says, and whatever its meter is worth, the rules can be asked and their findings
// put into words. Each record of the input is one sample or one question.
#include <cstdint>
#include <cstdlib>

#include "detect/incident.h"
#include "detect/sensor_detector.h"
#include "detect/wording.h"
#include "meter/calibration_table.h"
#include "meter/sensor_meter.h"

namespace {

using namespace millrace;

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    [[nodiscard]] bool more() const { return left_ > 0; }
    std::uint64_t take(std::size_t bytes) {
        std::uint64_t value = 0;
        for (; bytes > 0 && left_ > 0; --bytes, --left_) value = value << 8 | *data_++;
        return value;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t kStart = 1'772'431'200;
    Input input(data, size);
    // From the least to the most that a peak may be worth.
    const auto worth = static_cast<std::int64_t>(100 + input.take(3) % 10'000'000);
    const meter::CalibrationTable calibration({{base::from_unix_s(0), base::VolumePerPeak{worth}}});
    const detect::Settings settings;
    const base::Seconds offset{static_cast<std::int64_t>(input.take(1)) * 900 - 43'200};
    detect::Mode mode = detect::Mode::Home;
    meter::SensorMeter sensor;
    detect::SensorDetector detector;
    detect::IncidentBook book;
    const detect::Wording wording{base::VolumeUnit::Gallon, base::TimeZone{}};
    std::int64_t now = kStart;
    std::uint32_t total = 0;
    for (int records = 0; input.more() && records < 4'000; ++records) {
        const std::uint64_t kind = input.take(1);
        // Small and large leaps alike.
        const auto leap = static_cast<std::int64_t>(input.take(2) << (kind & 0x0f));
        now += leap;
        const detect::Context context{settings, mode, offset, false};
        switch (kind >> 4 & 3) {
            case 0:
            case 1: {
                total += static_cast<std::uint32_t>(input.take(kind & 0x40 ? 4 : 1));
                const std::int64_t off = static_cast<std::int8_t>(input.take(1));
                message::Samples samples;
                samples.samples.push_back({now + off, total});
                for (const meter::Reading& reading :
                     meter::apply(sensor, samples, base::from_unix_s(now), calibration)) {
                    detector.apply(reading, calibration.at(reading.time), context);
                }
                break;
            }
            case 2: mode = static_cast<detect::Mode>(1 + input.take(1) % 3); break;
            default: (void)detector.take_uses(base::from_unix_s(now)); break;
        }
        const auto at = base::from_unix_s(now);
        const auto findings = detector.judge(at, context);
        for (const detect::Finding& finding : findings) {
            if (detect::sentence(finding, wording).empty()) std::abort();
        }
        (void)book.update(*base::DeviceId::parse("61DA80B500000001"), findings, at);
        if (book.incidents().size() > detect::IncidentBook::kMaxIncidents) std::abort();
        (void)detector.open_use(at);
        (void)detector.base_flow(at);
    }
    return 0;
}
