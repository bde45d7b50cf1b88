// What people may set a limit to while the daemon runs, whichever way they ask: the API or MQTT. Values only.
#pragma once

namespace millrace::detect {

struct LimitRange {
    double least = 0;
    double most = 0;
};

inline constexpr double kTenSecondsInMinutes = 10.0 / 60;
inline constexpr double kDayInMinutes = 1'440;

// From a garden tap to a main; nothing a house's meter passes is more.
inline constexpr LimitRange kBurstLitresPerMinute{1, 1'000};
inline constexpr LimitRange kBurstAfterMinutes{kTenSecondsInMinutes, 120};
inline constexpr LimitRange kContinuousAfterMinutes{5, 2 * kDayInMinutes};
inline constexpr LimitRange kAwayAfterMinutes{kTenSecondsInMinutes, kDayInMinutes};
// The sensor reports every ten minutes; shorter, and every sensor is silent all the time.
inline constexpr LimitRange kSensorSilentAfterMinutes{15, 7 * kDayInMinutes};
inline constexpr LimitRange kBridgeOfflineAfterMinutes{1, 7 * kDayInMinutes};
inline constexpr LimitRange kBatteryLowMillivolts{1'800, 3'200};
// Up to a thousand cubic metres, which no house takes in a month.
inline constexpr LimitRange kBudgetLitres{1, 1'000'000};

}  // namespace millrace::detect
