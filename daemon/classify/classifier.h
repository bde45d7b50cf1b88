// Says what a house's uses were: by what is known of households in general, by what recurs in this one, and by what its
// owner has said.
//
// A state value: the same uses and words in the same order give the same verdicts. Remembers four weeks. One thread at
// a time. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "classify/category.h"
#include "classify/memory.h"
#include "classify/verdict.h"
#include "detect/use.h"

namespace millrace::classify {

class Classifier {
public:
    // Below this a guess is no answer: Category::Other.
    static constexpr double kLeastConfidence = 0.4;

    // Of a use that has ended: first its verdict, then those of earlier ones that it changes, such as a machine's
    // first fills. Uses come in order, or nearly. `utc_offset`: of the owner's clock at its start.
    [[nodiscard]] std::vector<Judged> add(const detect::Use& use, base::VolumePerPeak per_peak,
                                          base::Seconds utc_offset);
    // As add(), of one that the store had kept with its verdict.
    void restore(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset,
                 const std::optional<Verdict>& verdict);

    // Of one under way, as if it ended now. Changes nothing.
    [[nodiscard]] Verdict guess(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset) const;

    // The owner's word on a use, from which later ones are judged. It counts by how much it differs from what would
    // have been said of that use, earlier words included: what is known already teaches little, and a word can do no
    // more than set right. Of a use from before all that is remembered only its size and hour tell what would have been
    // said.
    void teach(Example example);
    void forget(const detect::UseKey& use);
    // The other fills of the machine's cycle whose first one this is, as far as they are remembered.
    [[nodiscard]] std::vector<Remembered> other_fills(const detect::UseKey& first) const;
    [[nodiscard]] bool is_labelled(const detect::UseKey& use) const;

    // All remembered uses judged anew: those that come out differently.
    [[nodiscard]] std::vector<Judged> judge_again();

private:
    [[nodiscard]] Verdict judge(const Remembered& use) const;
    [[nodiscard]] base::WallTime cycle_of(const Remembered& use, Category category) const;
    void settle(Remembered& use, std::vector<Judged>& changed) const;

    Memory memory_;
};

}  // namespace millrace::classify
