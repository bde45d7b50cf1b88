#include "app/rebuild.h"

#include <set>

#include "hub/pipeline.h"

namespace millrace::app {
namespace {

// Enters calibrations into a pipeline as the archive's replay passes the point where they became known.
class CalibrationReplay {
public:
    explicit CalibrationReplay(std::vector<ports::CalibrationRecord> records) : records_(std::move(records)) {}

    void pass(std::int64_t frame_id, hub::Pipeline& pipeline) {
        std::set<base::DeviceId> changed;
        for (; next_ < records_.size() && records_[next_].after_frame < frame_id; ++next_) {
            known_.push_back(records_[next_]);
            changed.insert(records_[next_].sensor);
        }
        for (const base::DeviceId& sensor : changed)
            pipeline.set_calibration(sensor, hub::calibration_of(sensor, known_));
    }

private:
    std::vector<ports::CalibrationRecord> records_;  // in order of entry, so `after_frame` never falls
    std::vector<ports::CalibrationRecord> known_;
    std::size_t next_ = 0;
};

constexpr std::size_t kPage = 1000;

// Whether the first sealed message of the archive stays sealed with these keys.
base::Result<bool, base::Error> stays_sealed(store::Database& database, const payload::KeyRing& keys) {
    for (std::int64_t after = 0;;) {
        const auto page = database.frames(after, kPage);
        if (!page) return base::failure(page.error());
        if (page->empty()) return false;
        for (const ports::Frame& frame : *page) {
            if (!message::parse_topic(frame.topic).sealed()) continue;
            hub::Pipeline probe(keys);
            return probe.apply(frame).understanding == hub::Understanding::NotOpened;
        }
        after = page->back().id;
    }
}

}  // namespace

base::Result<RebuildSummary, base::Error> rebuild(store::Database& database, payload::KeyRing keys) {
    auto records = database.calibrations();
    if (!records) return base::failure(std::move(records.error()));
    const auto stored = database.load();
    if (!stored) return base::failure(stored.error());
    const auto sealed = stays_sealed(database, keys);
    if (!sealed) return base::failure(sealed.error());
    if (*sealed && !stored->meters.empty()) {
        return base::failure(base::Error{
            "the archive's messages are sealed and no key given opens them, so a rebuild would only make the readings "
            "vanish that were made with the key; give it with --key-file or in the config file"});
    }
    CalibrationReplay calibrations(std::move(*records));
    hub::Pipeline pipeline(std::move(keys));
    RebuildSummary summary;
    auto done = database.rebuild([&](const ports::Frame& frame) {
        calibrations.pass(frame.id, pipeline);
        hub::Outcome outcome = pipeline.apply(frame);
        ++summary.frames;
        if (outcome.understanding == hub::Understanding::NotOpened) ++summary.not_opened;
        if (outcome.understanding == hub::Understanding::NotDecoded) ++summary.not_decoded;
        summary.readings += outcome.readings.size();
        return std::move(outcome.projections);
    });
    if (!done) return base::failure(std::move(done.error()));
    return summary;
}

}  // namespace millrace::app
