#include "detect/refills.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace millrace::detect {
namespace {

using base::Milliseconds;

// From what a tank loses before its valve opens to less than the smallest tank's whole fill (0.8 gallons).
constexpr std::int64_t kLeastUl = 700'000;
constexpr std::int64_t kMostUl = 2'900'000;
// How alike they are: a share, and a peak more or less because peaks are whole.
constexpr double kVolumeTolerance = 0.27;
constexpr Milliseconds kLengthTolerance{6'000};
constexpr double kLeastBeat = 0.6;
constexpr double kMostBeat = 1.45;
// One may be hidden behind another use now and then.
constexpr double kLeastDouble = 1.5;
constexpr double kMostDouble = 2.5;
constexpr int kMostDoubles = 2;
// Alike uses that are none of them, in between.
constexpr int kMostStrangers = 2;
constexpr Milliseconds kShortestBeat{60'000};
constexpr Milliseconds kLongestBeat{45 * 60'000};
constexpr std::size_t kKept = 96;
// So late, and the row is over: one refill may be hidden behind another use, of a quick beat two.
constexpr double kOverdue = 2.6;
constexpr double kOverdueWhenSlow = 1.5;
constexpr double kSlowBeatWaits = 45 * 60'000;

double waits_for_next(Milliseconds every) {
    const auto beat = static_cast<double>(every.count());
    return std::min(kOverdue * beat, std::max(kOverdueWhenSlow * beat, kSlowBeatWaits));
}

}  // namespace

int RefillBeat::count_to_tell() const {
    return every > kSlowBeat ? kSlowRefillsToTell : kRefillsToTell;
}

bool Refills::alike(const Refill& a, const Refill& b, base::VolumePerPeak per_peak) {
    const double tolerance =
        kVolumeTolerance * static_cast<double>(b.volume_ul) + static_cast<double>(per_peak.microlitres);
    return std::fabs(static_cast<double>(a.volume_ul - b.volume_ul)) <= tolerance &&
           std::chrono::abs(a.length - b.length) <= kLengthTolerance;
}

void Refills::add(const Use& use, base::VolumePerPeak per_peak) {
    if (use.volume.microlitres < kLeastUl || use.volume.microlitres > kMostUl) return;
    refills_.push_back({use.start, use.end - use.start, use.volume.microlitres});
    if (refills_.size() > kKept) refills_.pop_front();
    if (goes_on_with(refills_.back(), per_peak)) {
        row_->newest = use.start;
        row_->volume += use.volume;
        ++row_->count;
    } else {
        find_row(per_peak);
    }
}

// A row that has been told goes on with every refill like its others that comes in time.
bool Refills::goes_on_with(const Refill& refill, base::VolumePerPeak per_peak) const {
    if (!row_ || row_->count < row_->count_to_tell()) return false;
    return alike(refill, {row_->newest, row_->length, row_->each.microlitres}, per_peak) &&
           static_cast<double>((refill.at - row_->newest).count()) < waits_for_next(row_->every);
}

// Walks back from the newest refill through those alike it, as long as they keep the beat.
void Refills::find_row(base::VolumePerPeak per_peak) {
    const Refill& newest = refills_.back();
    std::vector<const Refill*> same;
    for (auto at = refills_.rbegin(); at != refills_.rend(); ++at) {
        if (alike(*at, newest, per_peak)) same.push_back(&*at);
    }
    RefillBeat row{newest.at, newest.at, 1, {newest.volume_ul}, Milliseconds{0}, {newest.volume_ul}, newest.length};
    std::vector<double> beats;  // single ones
    int doubles = 0;
    int strangers = 0;
    const Refill* last = &newest;
    for (std::size_t i = 1; i < same.size(); ++i) {
        const double interval = static_cast<double>((last->at - same[i]->at).count());
        if (interval < static_cast<double>(kShortestBeat.count())) continue;
        if (beats.empty()) {
            if (interval > static_cast<double>(kLongestBeat.count())) break;
            beats.push_back(interval);
        } else {
            std::vector<double> sorted = beats;
            std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                             sorted.end());
            const double share = interval / sorted[sorted.size() / 2];
            if (share >= kLeastBeat && share <= kMostBeat) {
                beats.push_back(interval);
            } else if (share >= kLeastDouble && share <= kMostDouble && doubles < kMostDoubles) {
                ++doubles;
            } else if (share < kLeastBeat && strangers < kMostStrangers) {
                ++strangers;
                continue;
            } else {
                break;
            }
        }
        last = same[i];
        row.since = same[i]->at;
        row.volume.microlitres += same[i]->volume_ul;
        ++row.count;
    }
    if (beats.empty()) return;
    std::sort(beats.begin(), beats.end());
    row.every = Milliseconds{static_cast<std::int64_t>(beats[beats.size() / 2])};
    const bool goes_on =
        row_ && row_->count > row.count &&
        static_cast<double>((newest.at - row_->newest).count()) < kOverdue * static_cast<double>(row_->every.count());
    if (!goes_on) row_ = row;
}

std::optional<RefillBeat> Refills::beat(base::WallTime now) const {
    if (!row_) return std::nullopt;
    const double late = static_cast<double>((now - row_->newest).count());
    if (late > waits_for_next(row_->every) + 60'000) return std::nullopt;
    return row_;
}

}  // namespace millrace::detect
