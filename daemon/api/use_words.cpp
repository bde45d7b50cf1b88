#include "api/use_words.h"

#include <cstdio>

#include "api/parameters.h"
#include "api/quantity.h"

namespace millrace::api {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
    return text;
}

std::string length(base::Milliseconds time) {
    const std::int64_t seconds = time.count() / 1000;
    return seconds < 120 ? std::to_string(seconds) + " s" : std::to_string((seconds + 30) / 60) + " min";
}

}  // namespace

UseWord word_of(const ports::KeptUse& kept) {
    UseWord word;
    if (const auto category = ports::category_of(kept)) word.category = key(*category);
    const bool by_owner = kept.label && !kept.label->category.empty();
    if (!word.category.empty()) word.source = by_owner ? kByTheOwner : kByMillrace;
    if (kept.label) {
        word.name = kept.label->name;
    } else if (kept.verdict) {
        word.name = kept.verdict->name;
    }
    return word;
}

base::WallTime end_of(const ports::KeptUse& kept) {
    return kept.cycle ? kept.cycle->end : kept.use.end;
}

base::Volume volume_of(const ports::KeptUse& kept) {
    return kept.cycle ? kept.cycle->volume : kept.use.volume;
}

bool is_steady(const detect::Use& use) {
    // A quarter more for a moment is what the meter's steps do to an even flow.
    return use.peak.microlitres_per_second <= use.mean.microlitres_per_second * 5 / 4;
}

std::string explanation(const detect::Use& use, const std::optional<ports::MachineCycle>& cycle,
                        const classify::Verdict& verdict, base::VolumeUnit unit) {
    const std::string volume_unit = " " + std::string(name(unit));
    std::string text;
    if (cycle) {
        text = std::to_string(cycle->fills) + " fills of one machine, " + number(shown(cycle->volume, unit)) +
               volume_unit + " in " + length(cycle->end - use.start);
    } else {
        text = number(shown(use.volume, unit)) + volume_unit + " in " + length(use.end - use.start) + " at " +
               (is_steady(use) ? "a steady " : "") + number(shown(use.mean, unit)) + " " + std::string(flow_unit(unit));
    }
    if (verdict.alike_this_week > 0) {
        text += ", like " + std::to_string(verdict.alike_this_week) +
                (verdict.alike_this_week == 1 ? " other this week" : " others this week");
    }
    if (verdict.as_labelled) text += "; you have named uses like it";
    return text;
}

}  // namespace millrace::api
