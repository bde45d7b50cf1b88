#include "recorder/hours.h"

#include <cmath>
#include <cstring>

namespace millrace::recorder {
namespace {

constexpr double kSame = 0.002;  // of a unit: a few millilitres

double rounded(double value) {
    return std::round(value * 1'000) / 1'000;
}

}  // namespace

std::vector<HourSum> RunningTotal::add(const std::vector<ports::UsageBucket>& hours) {
    std::vector<HourSum> rows;
    rows.reserve(hours.size());
    for (const ports::UsageBucket& hour : hours) {
        counted_ += hour.volume;
        rows.push_back({hour.start, rounded(before_ + base::to_unit(counted_, unit_))});
    }
    return rows;
}

std::vector<HourSum> to_import(const std::vector<HourSum>& ours, const std::vector<HourSum>& theirs) {
    auto their = theirs.begin();
    for (auto row = ours.begin(); row != ours.end(); ++row) {
        while (their != theirs.end() && their->start < row->start) ++their;
        const bool same =
            their != theirs.end() && their->start == row->start && std::abs(their->sum - row->sum) < kSame;
        if (!same) return {row, ours.end()};
    }
    return {};
}

std::uint64_t digest(std::span<const HourSum> rows) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    const auto mix = [&hash](std::uint64_t value) {
        for (int shift = 0; shift < 64; shift += 8) hash = (hash ^ ((value >> shift) & 0xffU)) * 0x100000001b3U;
    };
    for (const HourSum& row : rows) {
        mix(static_cast<std::uint64_t>(base::unix_ms(row.start)));
        mix(static_cast<std::uint64_t>(std::llround(row.sum * 1'000)));
    }
    return hash;
}

base::WallTime hour_of(base::WallTime time) {
    return std::chrono::floor<std::chrono::hours>(time);
}

}  // namespace millrace::recorder
