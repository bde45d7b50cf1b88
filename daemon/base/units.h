// Quantities of water as types, each on one integer base unit.
//
// Inside the daemon nothing is a bare litre or gallon: volumes are microlitres, so that peak counts times a
// calibration are exact, and flow rates are microlitres per second. People's units appear only in `api` and
// `publish`, through the conversions here.
#pragma once

#include <compare>
#include <cstdint>

namespace millrace::base {

// A count of magnet peaks: either a running total, unwrapped past 32 bits, or a difference of two.
struct PeakCount {
    std::int64_t value = 0;

    friend constexpr auto operator<=>(PeakCount, PeakCount) = default;
    friend constexpr PeakCount operator+(PeakCount a, PeakCount b) { return {a.value + b.value}; }
    friend constexpr PeakCount operator-(PeakCount a, PeakCount b) { return {a.value - b.value}; }
    constexpr PeakCount& operator+=(PeakCount other) { return value += other.value, *this; }
};

// 64 bits of microlitres hold nine billion cubic metres.
struct Volume {
    std::int64_t microlitres = 0;

    friend constexpr auto operator<=>(Volume, Volume) = default;
    friend constexpr Volume operator+(Volume a, Volume b) { return {a.microlitres + b.microlitres}; }
    friend constexpr Volume operator-(Volume a, Volume b) { return {a.microlitres - b.microlitres}; }
    constexpr Volume& operator+=(Volume other) { return microlitres += other.microlitres, *this; }
};

// What one peak is worth. The relation belongs to the installation and must be calibrated.
struct VolumePerPeak {
    std::int64_t microlitres = 0;

    friend constexpr auto operator<=>(VolumePerPeak, VolumePerPeak) = default;
};

[[nodiscard]] constexpr Volume operator*(PeakCount peaks, VolumePerPeak per_peak) {
    return {peaks.value * per_peak.microlitres};
}

struct FlowRate {
    std::int64_t microlitres_per_second = 0;

    friend constexpr auto operator<=>(FlowRate, FlowRate) = default;
};

// The US liquid gallon is 231 cubic inches, exactly 3.785411784 litres; a cubic foot is 1728 cubic inches.
inline constexpr double kLitresPerGallon = 3.785411784;
inline constexpr double kLitresPerCubicFoot = 28.316846592;

[[nodiscard]] constexpr double to_millilitres(Volume volume) {
    return static_cast<double>(volume.microlitres) / 1e3;
}
[[nodiscard]] constexpr double to_litres(Volume volume) {
    return static_cast<double>(volume.microlitres) / 1e6;
}
[[nodiscard]] constexpr double to_gallons(Volume volume) {
    return to_litres(volume) / kLitresPerGallon;
}
[[nodiscard]] constexpr double to_litres_per_minute(FlowRate flow) {
    return static_cast<double>(flow.microlitres_per_second) * 60 / 1e6;
}
[[nodiscard]] constexpr double to_gallons_per_minute(FlowRate flow) {
    return to_litres_per_minute(flow) / kLitresPerGallon;
}

// The units people read volumes in. A CCF is a hundred cubic feet.
enum class VolumeUnit : std::uint8_t { Litre, CubicMetre, Gallon, CubicFoot, Ccf };

[[nodiscard]] constexpr double litres_per(VolumeUnit unit) {
    switch (unit) {
        case VolumeUnit::Litre: return 1;
        case VolumeUnit::CubicMetre: return 1'000;
        case VolumeUnit::Gallon: return kLitresPerGallon;
        case VolumeUnit::CubicFoot: return kLitresPerCubicFoot;
        case VolumeUnit::Ccf: return kLitresPerCubicFoot * 100;
    }
    return 1;
}

[[nodiscard]] constexpr double to_unit(Volume volume, VolumeUnit unit) {
    return to_litres(volume) / litres_per(unit);
}

// Rounded to the nearest microlitre.
[[nodiscard]] constexpr std::int64_t microlitres_from_millilitres(double millilitres) {
    return static_cast<std::int64_t>(millilitres * 1e3 + (millilitres < 0 ? -0.5 : 0.5));
}

}  // namespace millrace::base
