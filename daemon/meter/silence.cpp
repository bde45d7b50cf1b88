#include "meter/silence.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace millrace::meter {
namespace {

using base::Milliseconds;
using base::WallTime;

// Spans in order that neither touch nor overlap.
std::vector<Span> joined(std::vector<Span> spans) {
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
    std::vector<Span> result;
    for (const Span& span : spans) {
        if (span.to <= span.from) continue;
        if (!result.empty() && span.from <= result.back().to) {
            result.back().to = std::max(result.back().to, span.to);
        } else {
            result.push_back(span);
        }
    }
    return result;
}

bool covers(const std::vector<Span>& spans, WallTime time) {
    const auto after = std::upper_bound(spans.begin(), spans.end(), time,
                                        [](WallTime value, const Span& span) { return value < span.from; });
    return after != spans.begin() && time < std::prev(after)->to;
}

// Everything that explains silences, made ready for asking at one moment.
class Causes {
public:
    explicit Causes(const SilenceEvidence& evidence)
        : ran_(joined(evidence.ran)),
          connected_(joined(evidence.connected)),
          cloud_away_(joined(evidence.cloud_away)),
          radio_lost_(joined(radio_lost(evidence))),
          connections_are_known_(!connected_.empty() || evidence.heard.empty()) {}

    [[nodiscard]] GapCause at(WallTime time) const {
        if (!covers(ran_, time)) {
            return ran_.empty() || time < ran_.front().from ? GapCause::Unknown : GapCause::DaemonDown;
        }
        if (connections_are_known_ && !covers(connected_, time)) {
            return covers(cloud_away_, time) ? GapCause::CloudAway : GapCause::BridgeOffline;
        }
        return covers(radio_lost_, time) ? GapCause::RadioLost : GapCause::Unknown;
    }

    // The moments strictly between, in order, at which the answer may change.
    [[nodiscard]] std::vector<WallTime> borders(WallTime from, WallTime to) const {
        std::vector<WallTime> found;
        for (const auto* spans : {&ran_, &connected_, &cloud_away_, &radio_lost_}) {
            auto span = std::lower_bound(spans->begin(), spans->end(), from,
                                         [](const Span& candidate, WallTime value) { return candidate.to <= value; });
            for (; span != spans->end() && span->from < to; ++span) {
                if (span->from > from) found.push_back(span->from);
                if (span->to < to) found.push_back(span->to);
            }
        }
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

private:
    // From kRadioLostAfter before the bridge said so until it says that the link is up, or the sensor is heard.
    static std::vector<Span> radio_lost(const SilenceEvidence& evidence) {
        std::vector<Span> spans;
        WallTime next_up = evidence.to;
        for (auto event = evidence.radio.rbegin(); event != evidence.radio.rend(); ++event) {
            if (event->up) {
                next_up = event->time;
                continue;
            }
            WallTime end = next_up;
            const auto heard = std::upper_bound(evidence.heard.begin(), evidence.heard.end(), event->time);
            if (heard != evidence.heard.end()) end = std::min(end, *heard);
            spans.push_back({event->time - kRadioLostAfter, end});
        }
        return spans;
    }

    std::vector<Span> ran_;
    std::vector<Span> connected_;
    std::vector<Span> cloud_away_;
    std::vector<Span> radio_lost_;
    bool connections_are_known_;
};

struct Piece {
    WallTime from;
    WallTime to;
    GapCause cause = GapCause::Unknown;

    [[nodiscard]] Milliseconds length() const { return to - from; }
};

GapCause cause_of_both(const Piece& a, const Piece& b) {
    const Piece& longer = a.length() >= b.length() ? a : b;
    const Piece& shorter = a.length() >= b.length() ? b : a;
    const bool gives_way = longer.cause == GapCause::Unknown && longer.length() < kSilence;
    return gives_way ? shorter.cause : longer.cause;
}

// Joins the shortest piece to the longer of its neighbours until none is shorter than kSilence.
std::vector<Piece> without_slivers(std::vector<Piece> pieces) {
    std::map<WallTime, Piece> by_start;
    std::set<std::pair<Milliseconds, WallTime>> short_ones;
    const auto add = [&](const Piece& piece) {
        by_start[piece.from] = piece;
        if (piece.length() < kSilence) short_ones.emplace(piece.length(), piece.from);
    };
    const auto remove = [&](const Piece& piece) {
        short_ones.erase({piece.length(), piece.from});
        by_start.erase(piece.from);
    };
    for (const Piece& piece : pieces) add(piece);
    while (by_start.size() > 1 && !short_ones.empty()) {
        const auto at = by_start.find(short_ones.begin()->second);
        const bool has_left = at != by_start.begin();
        const bool has_right = std::next(at) != by_start.end();
        const bool to_left =
            has_left && (!has_right || std::prev(at)->second.length() >= std::next(at)->second.length());
        const Piece left = to_left ? std::prev(at)->second : at->second;
        const Piece right = to_left ? at->second : std::next(at)->second;
        remove(left);
        remove(right);
        add({left.from, right.to, cause_of_both(left, right)});
    }
    // Neighbours that name the same cause by now are one.
    std::vector<Piece> result;
    for (const auto& [start, piece] : by_start) {
        if (!result.empty() && result.back().cause == piece.cause) {
            result.back().to = piece.to;
        } else {
            result.push_back(piece);
        }
    }
    return result;
}

std::vector<Piece> pieces_of(const Causes& causes, WallTime from, WallTime to) {
    std::vector<Piece> pieces;
    WallTime start = from;
    std::vector<WallTime> ends = causes.borders(from, to);
    ends.push_back(to);
    for (const WallTime end : ends) {
        const GapCause cause = causes.at(start);
        if (!pieces.empty() && pieces.back().cause == cause) {
            pieces.back().to = end;
        } else {
            pieces.push_back({start, end, cause});
        }
        start = end;
    }
    return without_slivers(std::move(pieces));
}

// One silence's gaps. `ended` says whether the sensor was heard again at `to`.
void add_gaps(const SilenceEvidence& evidence, const Causes& causes, Span silence, bool ended, std::vector<Gap>& gaps) {
    // What explains the time before the range was not asked for.
    const WallTime looked_from = std::max(silence.from, std::min(evidence.from, silence.to));
    std::vector<Piece> pieces = pieces_of(causes, looked_from, silence.to);
    pieces.front().from = silence.from;
    for (const Piece& piece : pieces) {
        Gap gap{piece.from, piece.to, false, piece.cause, {}, {}};
        if (&piece == &pieces.back() && !ended) {
            gap.to = std::nullopt;
            gap.open = evidence.to_is_now;
        }
        gaps.push_back(gap);
    }
}

// The gap that water between two readings of a series is to be booked to: the one its own time lies in, else, when it
// was counted over a longer time, the last one in between. `before` is the earlier reading's time; the latest of all
// times where there is none.
Gap* gap_of(std::vector<Gap>& gaps, WallTime before, const Reading& reading) {
    const auto after = std::lower_bound(gaps.begin(), gaps.end(), reading.time,
                                        [](const Gap& gap, WallTime time) { return gap.from < time; });
    if (after == gaps.begin()) return nullptr;
    Gap& gap = *std::prev(after);
    if (!gap.to || reading.time <= *gap.to) return &gap;
    const bool counted_across = reading.kind == ReadingKind::CatchUp && before < *gap.to;
    return counted_across ? &gap : nullptr;
}

void add_recovered(std::vector<Reading> readings, const CalibrationTable& calibration, std::vector<Gap>& gaps) {
    std::stable_sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) {
        return std::tie(a.time, a.total) < std::tie(b.time, b.total);
    });
    struct Reached {
        WallTime time;
        base::PeakCount total;
    };
    std::map<std::int64_t, Reached> series;
    for (const Reading& reading : readings) {
        if (reading.kind == ReadingKind::Repeat) continue;
        const auto [at, is_first] = series.try_emplace(reading.series, Reached{reading.time, reading.total});
        const base::PeakCount rise = is_first ? reading.advance : reading.total - at->second.total;
        const WallTime before = is_first ? WallTime::max() : at->second.time;
        at->second = {reading.time, std::max(at->second.total, reading.total)};
        const bool kept_in_between = reading.received - reading.time > kPromptDelivery;
        if (rise.value <= 0 || !(kept_in_between || reading.kind == ReadingKind::CatchUp)) continue;
        if (Gap* gap = gap_of(gaps, before, reading)) {
            gap->recovered += rise;
            gap->recovered_volume += rise * calibration.at(reading.time);
        }
    }
}

}  // namespace

std::string_view name(GapCause cause) {
    switch (cause) {
        case GapCause::DaemonDown: return "daemon_down";
        case GapCause::CloudAway: return "cloud_away";
        case GapCause::BridgeOffline: return "bridge_offline";
        case GapCause::RadioLost: return "radio_lost";
        case GapCause::Unknown: return "unknown";
    }
    return "unknown";
}

std::vector<Gap> gaps(const SilenceEvidence& evidence, const CalibrationTable& calibration) {
    std::vector<Gap> found;
    const Causes causes(evidence);
    for (std::size_t i = 0; i < evidence.heard.size(); ++i) {
        const bool ended = i + 1 < evidence.heard.size();
        const Span silence{evidence.heard[i], ended ? evidence.heard[i + 1] : evidence.to};
        if (silence.to <= evidence.from || silence.to - silence.from <= kSilence) continue;
        add_gaps(evidence, causes, silence, ended, found);
    }
    add_recovered(evidence.readings, calibration, found);
    return found;
}

}  // namespace millrace::meter
