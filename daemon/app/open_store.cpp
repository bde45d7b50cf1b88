#include "app/open_store.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "app/calibrations.h"
#include "app/log.h"
#include "app/service_manager.h"
#include "hub/pipeline.h"

namespace millrace::app {
namespace {

// How soon a daemon that has ended is replaced, at the latest.
constexpr timespec kTryAgain{0, 500'000'000};

// SIGINT and SIGTERM, kept back while this lives, so that none gets lost between two looks.
class StopSignals {
public:
    StopSignals() {
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGINT);
        ::sigaddset(&signals_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    }
    ~StopSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    // Whether one came by the end of a while.
    [[nodiscard]] bool come_within(const timespec& time) const { return ::sigtimedwait(&signals_, nullptr, &time) > 0; }

private:
    sigset_t signals_{};
    sigset_t before_{};
};

bool mends_itself(const store::Fault& fault) {
    return fault.cause == store::Fault::Cause::Locked || fault.cause == store::Fault::Cause::Unreachable;
}

}  // namespace

base::Result<std::optional<store::Database>, base::Error> open_when_free(const store::Settings& settings) {
    const StopSignals signals;
    std::optional<store::Fault::Cause> told;
    for (;;) {
        auto opened = store::Database::open(settings);
        if (opened) return std::optional(std::move(*opened));
        if (settings.server.empty() || !mends_itself(opened.error())) {
            return base::failure(base::Error{std::move(opened.error().message)});
        }
        if (told != opened.error().cause) {
            told = opened.error().cause;
            log().warn("waiting: {}", opened.error().message);
            tell_ready("waiting: " + opened.error().message);
        }
        tell_alive();
        if (signals.come_within(kTryAgain)) return std::optional<store::Database>();
    }
}

base::Result<ports::StoredState, base::Error> load_state(store::Database& database, const settings::Settings& settings,
                                                         base::WallTime now) {
    auto stored = database.load();
    if (!stored) return base::failure(std::move(stored.error()));
    std::vector<store::Entry> entries;
    for (ports::CalibrationRecord& change : calibration_changes(settings.hub, *stored, now)) {
        change.number = stored->calibrations.empty() ? 1 : stored->calibrations.back().number + 1;
        entries.emplace_back(change);
        stored->calibrations.push_back(std::move(change));
    }
    if (entries.empty()) return stored;
    if (auto done = database.append(entries); !done) return base::failure(base::Error{done.error().message});
    return stored;
}

bool opens_the_past(store::Database& database, const payload::KeyRing& keys) {
    constexpr std::size_t kTried = 256;  // of a house's bridges each is among so many
    if (keys.empty() || database.archive().sealed_frames == 0) return false;
    const auto sealed = database.newest_sealed(kTried);
    const hub::Pipeline probe(keys);
    return sealed && std::any_of(sealed->begin(), sealed->end(), [&](const auto& frame) { return probe.opens(frame); });
}

}  // namespace millrace::app
