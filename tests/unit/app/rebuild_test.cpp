#include "app/rebuild.h"

#include <gtest/gtest.h>

#include "hub/pipeline.h"
#include "support/temporary_folder.h"
#include "unit/hub/frames.h"

namespace millrace::app {
namespace {

using hub::kSensor;
using hub::kStart;

// A daemon's way with frames, without the daemon.
class Archive {
public:
    explicit Archive(const std::string& folder) : settings_{folder} { restart(); }

    void restart() {
        database_.reset();
        auto opened = store::Database::open(settings_);
        EXPECT_TRUE(opened) << opened.error().message;
        database_.emplace(std::move(*opened));
        const auto stored = database_->load();
        pipeline_.emplace(payload::KeyRing{});
        pipeline_->restore(*stored);
        last_id_ = stored->last_frame_id;
    }

    void take(ports::Frame frame) {
        frame.id = ++last_id_;
        auto outcome = pipeline_->apply(frame);
        const store::Entry entry = ports::Commit{frame, outcome.projections};
        ASSERT_TRUE(database_->append({&entry, 1}));
    }

    void calibrate(std::int64_t from_s, std::int64_t ul) {
        const store::Entry entry = ports::CalibrationRecord{kSensor, {base::from_unix_s(from_s), {ul}}, last_id_};
        ASSERT_TRUE(database_->append({&entry, 1}));
        restart();
    }

    store::Database& database() { return *database_; }
    std::string digest() { return database_->projection_digest().value(); }
    base::Volume lifetime() { return database_->load()->meters.at(0).lifetime; }

private:
    store::Settings settings_;
    std::optional<store::Database> database_;
    std::optional<hub::Pipeline> pipeline_;
    std::int64_t last_id_ = 0;
};

ports::Frame samples(int at_s, std::initializer_list<std::pair<int, int>> entries) {
    std::string text = "[";
    for (const auto& [time, value] : entries) {
        text += (text.size() > 1 ? "," : "") + std::string(R"({"timestamp":)") + std::to_string(kStart + time) +
                R"(,"value":)" + std::to_string(value) + "}";
    }
    return hub::upstream(1, kSensor, text + "]", kStart + at_s);
}

void fill(Archive& archive) {
    archive.take(hub::upstream(7, hub::kBridge, hub::kBridgeBoot));
    archive.take(hub::upstream(7, kSensor, hub::kSensorBoot));
    archive.take(hub::downstream(1, kSensor, hub::kSensorAnswer));
    archive.take(samples(20, {{5, 1006}, {10, 1012}}));
    archive.take(hub::upstream(2, kSensor, R"([{"timestamp":1733208830,"16":-79,"32":3252}])", kStart + 30));
    archive.take(hub::upstream(4, kSensor, R"([{"timestamp":1733208831,"type":1048576}])", kStart + 31));
    archive.take(hub::upstream(3, hub::kBridge, R"([{"timestamp":0,"type":1,"level":4,"message":"x"}])", kStart + 32));
    archive.restart();
    archive.take(samples(40, {{5, 1006}, {10, 1012}}));  // sent again
    archive.calibrate(kStart + 50, 40'000);
    archive.take(samples(80, {{60, 1030}, {70, 1040}}));
    archive.take(samples(90, {{20, 1015}}));  // late
    archive.take(samples(95, {{85, 17}}));    // a new series
    archive.take(samples(99, {{90, 19}}));
    archive.take(hub::upstream(1, kSensor, "nonsense", kStart + 100));
}

TEST(Rebuild, GivesTheSameProjectionsBitForBit) {
    support::TemporaryFolder folder;
    Archive archive(folder / "state");
    fill(archive);
    const std::string before = archive.digest();
    const base::Volume lifetime = archive.lifetime();
    const auto summary = rebuild(archive.database(), {});
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_EQ(summary->frames, 13U);
    EXPECT_EQ(summary->not_decoded, 1U);
    EXPECT_EQ(archive.digest(), before);
    EXPECT_EQ(archive.lifetime(), lifetime);
    // The digest does look at what it should: another reading changes it.
    archive.take(samples(110, {{105, 25}}));
    EXPECT_NE(archive.digest(), before);
}

TEST(Rebuild, CalibrationJoinsTheRegisterWhereItWasEntered) {
    support::TemporaryFolder folder;
    Archive archive(folder / "state");
    archive.take(hub::downstream(1, kSensor, hub::kSensorAnswer));
    archive.take(samples(10, {{5, 1010}}));
    archive.calibrate(0, 50'000);  // reaches back over all history, but not into the register
    archive.take(samples(20, {{15, 1020}}));
    const base::Volume expected = base::PeakCount{10} * meter::kUncalibratedVolumePerPeak + base::Volume{500'000};
    EXPECT_EQ(archive.lifetime(), expected);
    ASSERT_TRUE(rebuild(archive.database(), {}));
    EXPECT_EQ(archive.lifetime(), expected);
}

TEST(Rebuild, AKeyThatComesLaterOpensThePast) {
    support::TemporaryFolder folder;
    Archive archive(folder / "state");
    const payload::SecretKey key = hub::made_up_key();
    archive.take(hub::sealed(hub::downstream(1, kSensor, hub::kSensorAnswer), key));
    archive.take(hub::sealed(samples(10, {{5, 1010}}), key));
    EXPECT_TRUE(archive.database().load()->meters.empty());
    payload::KeyRing keys;
    keys.set_default(key);
    const auto summary = rebuild(archive.database(), keys);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->not_opened, 0U);
    EXPECT_EQ(archive.lifetime(), base::PeakCount{10} * meter::kUncalibratedVolumePerPeak);
}

}  // namespace
}  // namespace millrace::app
