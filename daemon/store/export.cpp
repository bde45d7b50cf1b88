#include "store/export.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <SQLiteCpp/Exception.h>

#include "store/alarm_query.h"
#include "store/category_table.h"
#include "store/connection.h"
#include "store/fault.h"
#include "store/frame_table.h"
#include "store/reading_query.h"
#include "store/schema.h"
#include "store/usage_query.h"

namespace millrace::store {
namespace {

// A page ends once its payloads fill this.
constexpr std::size_t kFullPage = 1U << 20;

}  // namespace

ExportSource::ExportSource(std::string path, std::unique_ptr<SQLite::Database> connection)
    : path_(std::move(path)), connection_(std::move(connection)) {}
ExportSource::ExportSource(ExportSource&&) noexcept = default;
ExportSource& ExportSource::operator=(ExportSource&&) noexcept = default;
ExportSource::~ExportSource() = default;

template <typename Work>
auto ExportSource::attempt(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        return base::failure(base::Error{fault_of(exception, path_).message});
    }
}

base::Result<ExportSource, base::Error> ExportSource::open(const std::string& database_path) {
    std::error_code ignored;
    if (!std::filesystem::exists(database_path, ignored)) {
        const std::string folder = std::filesystem::path(database_path).parent_path().string();
        return base::failure(base::Error{"there is no store in " + folder + "; name its folder with --state-dir"});
    }
    try {
        auto connection = open_for_reading(std::filesystem::absolute(database_path, ignored).string());
        if (auto checked = check_format(*connection, database_path); !checked) return base::failure(checked.error());
        const int version = connection->execAndGet("PRAGMA user_version").getInt();
        if (version < static_cast<int>(migrations().size())) {
            return base::failure(base::Error{database_path + " was written by an older Millrace (format " +
                                             std::to_string(version) + "); run this version's daemon once first"});
        }
        return ExportSource(database_path, std::move(connection));
    } catch (const SQLite::Exception& exception) {
        return base::failure(base::Error{fault_of(exception, database_path).message});
    }
}

base::Result<std::vector<base::DeviceId>, base::Error> ExportSource::sensors() {
    return attempt([&]() -> base::Result<std::vector<base::DeviceId>, base::Error> {
        std::vector<base::DeviceId> sensors;
        SQLite::Statement rows(*connection_,
                               "SELECT device FROM device_numbers d WHERE EXISTS"
                               " (SELECT 1 FROM readings r WHERE r.sensor = d.number) ORDER BY device");
        while (rows.executeStep()) {
            if (const auto sensor = device_at(rows, 0)) sensors.push_back(*sensor);
        }
        return sensors;
    });
}

base::Result<std::optional<TimeSpan>, base::Error> ExportSource::readings_span(const base::DeviceId& sensor) {
    return attempt([&]() -> base::Result<std::optional<TimeSpan>, base::Error> {
        // Two questions, because each alone is answered from an end of the index.
        const auto end = [&](const char* which) {
            SQLite::Statement row(*connection_,
                                  std::string("SELECT ") + which +
                                      "(time_ms) FROM readings"
                                      " WHERE sensor = (SELECT number FROM device_numbers WHERE device = ?)");
            return number_from(row, sensor);
        };
        const auto first = end("min");
        const auto last = end("max");
        if (!first || !last) return std::optional<TimeSpan>();
        return std::optional(TimeSpan{base::from_unix_ms(*first), base::from_unix_ms(*last)});
    });
}

base::Result<ports::ReadingPage, base::Error> ExportSource::readings(const ports::ReadingQuery& query) {
    return attempt([&] { return read_readings(*connection_, query); });
}

base::Result<ports::UsageAnswer, base::Error> ExportSource::usage(const ports::UsageQuery& query) {
    return attempt([&] { return read_usage(*connection_, query); });
}

base::Result<std::vector<base::DeviceId>, base::Error> ExportSource::sensors_with_uses() {
    return attempt([&]() -> base::Result<std::vector<base::DeviceId>, base::Error> {
        return store::sensors_with_uses(*connection_);
    });
}

base::Result<std::vector<ports::KeptUse>, base::Error> ExportSource::uses(const ports::UseQuery& query) {
    return attempt([&] { return read_uses(*connection_, query); });
}

base::Result<std::vector<detect::Incident>, base::Error> ExportSource::incidents(const ports::IncidentQuery& query) {
    return attempt([&] { return read_incidents(*connection_, query); });
}

base::Result<std::vector<ports::Frame>, base::Error> ExportSource::frames(std::int64_t after, std::size_t limit) {
    return attempt([&]() -> base::Result<std::vector<ports::Frame>, base::Error> {
        std::vector<ports::Frame> frames;
        SQLite::Statement rows(*connection_, std::string("SELECT ") + kFrameColumns +
                                                 " FROM frames f WHERE f.id > ? ORDER BY f.id LIMIT ?");
        bind_values(rows, after, static_cast<std::int64_t>(limit));
        std::size_t bytes = 0;
        while (bytes < kFullPage && rows.executeStep()) {
            frames.push_back(frame_at(rows));
            bytes += frames.back().payload.size();
        }
        return frames;
    });
}

}  // namespace millrace::store
