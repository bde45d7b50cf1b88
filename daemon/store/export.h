// The store's content page by page, for writing it out while a daemon runs.
//
// On a read-only connection of its own. Each call is a read transaction of its own, so however slowly the pages are
// written out, nothing holds the daemon's log; what comes in meanwhile is seen when its place has not been passed yet.
// Blocking; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/frame.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

struct TimeSpan {
    base::WallTime first;
    base::WallTime last;
};

class ExportSource {
public:
    [[nodiscard]] static base::Result<ExportSource, base::Error> open(const std::string& address);

    ExportSource(ExportSource&&) noexcept;
    ExportSource& operator=(ExportSource&&) noexcept;
    ~ExportSource();

    // Those that have readings, by id.
    [[nodiscard]] base::Result<std::vector<base::DeviceId>, base::Error> sensors();

    // Of a sensor's readings; nothing when it has none.
    [[nodiscard]] base::Result<std::optional<TimeSpan>, base::Error> readings_span(const base::DeviceId& sensor);

    [[nodiscard]] base::Result<ports::ReadingPage, base::Error> readings(const ports::ReadingQuery& query);
    [[nodiscard]] base::Result<ports::UsageAnswer, base::Error> usage(const ports::UsageQuery& query);

    // Those that have uses, by id: a use stays when the readings it was seen in are gone.
    [[nodiscard]] base::Result<std::vector<base::DeviceId>, base::Error> sensors_with_uses();
    [[nodiscard]] base::Result<std::vector<ports::KeptUse>, base::Error> uses(const ports::UseQuery& query);
    [[nodiscard]] base::Result<std::vector<detect::Incident>, base::Error> incidents(const ports::IncidentQuery& query);

    // Frames with a higher id than `after`, in order of id: at most `limit`, fewer when they are large, none at the
    // end.
    [[nodiscard]] base::Result<std::vector<ports::Frame>, base::Error> frames(std::int64_t after, std::size_t limit);

private:
    ExportSource(std::string path, std::unique_ptr<sql::Connection> connection);

    template <typename Work>
    [[nodiscard]] auto attempt(Work work) -> decltype(work());

    std::string path_;
    std::unique_ptr<sql::Connection> connection_;
};

}  // namespace millrace::store
