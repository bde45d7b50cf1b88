#include "store/export.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "sql/address.h"
#include "sql/postgres.h"
#include "sql/sqlite.h"
#include "sql/statement.h"
#include "store/alarm_query.h"
#include "store/category_table.h"
#include "store/fault.h"
#include "store/frame_table.h"
#include "store/reading_query.h"
#include "store/schema.h"
#include "store/server_format.h"
#include "store/state_dir.h"
#include "store/usage_query.h"

namespace millrace::store {
namespace {

// A page ends once its payloads fill this.
constexpr std::size_t kFullPage = 1U << 20;

using Opened = base::Result<std::unique_ptr<sql::Connection>, base::Error>;

base::Error older(const std::string& shown, std::int64_t version) {
    return {shown + " was written by an older Millrace (format " + std::to_string(version) +
            "); run this version's daemon once first"};
}

Opened open_file(const std::string& path) {
    if (auto there = is_there(path); !there) return base::failure(std::move(there.error()));
    std::error_code ignored;
    auto file = sql::Sqlite::open_for_reading(std::filesystem::absolute(path, ignored).string());
    if (auto checked = check_format(*file, path); !checked) return base::failure(checked.error());
    const std::int64_t version = file->number("PRAGMA user_version");
    if (version < static_cast<std::int64_t>(migrations().size())) return base::failure(older(path, version));
    return file;
}

Opened open_server(const std::string& address) {
    auto server = sql::Postgres::connect(address);
    const int version = server_format(*server);
    const std::string shown = sql::shown(address);
    if (version < static_cast<int>(migrations().size())) return base::failure(older(shown, version));
    return server;
}

}  // namespace

ExportSource::ExportSource(std::string path, std::unique_ptr<sql::Connection> connection)
    : path_(std::move(path)), connection_(std::move(connection)) {}
ExportSource::ExportSource(ExportSource&&) noexcept = default;
ExportSource& ExportSource::operator=(ExportSource&&) noexcept = default;
ExportSource::~ExportSource() = default;

template <typename Work>
auto ExportSource::attempt(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const sql::Error& exception) {
        return base::failure(base::Error{fault_of(exception, path_).message});
    }
}

base::Result<ExportSource, base::Error> ExportSource::open(const std::string& address) {
    try {
        auto connection = sql::is_server(address) ? open_server(address) : open_file(address);
        if (!connection) return base::failure(std::move(connection.error()));
        return ExportSource(address, std::move(*connection));
    } catch (const sql::Error& error) {
        return base::failure(base::Error{fault_of(error, address).message});
    }
}

base::Result<std::vector<base::DeviceId>, base::Error> ExportSource::sensors() {
    return attempt([&]() -> base::Result<std::vector<base::DeviceId>, base::Error> {
        std::vector<base::DeviceId> sensors;
        sql::Statement rows(*connection_,
                            "SELECT device FROM device_numbers d WHERE EXISTS"
                            " (SELECT 1 FROM readings r WHERE r.sensor = d.number) ORDER BY device");
        while (rows.step()) {
            if (const auto sensor = rows.device(0)) sensors.push_back(*sensor);
        }
        return sensors;
    });
}

base::Result<std::optional<TimeSpan>, base::Error> ExportSource::readings_span(const base::DeviceId& sensor) {
    return attempt([&]() -> base::Result<std::optional<TimeSpan>, base::Error> {
        // Two questions, because each alone is answered from an end of the index.
        const auto end = [&](const char* which) {
            sql::Statement row(*connection_,
                               std::string("SELECT ") + which +
                                   "(time_ms) FROM readings"
                                   " WHERE sensor = (SELECT number FROM device_numbers WHERE device = ?)");
            return row.number(sensor);
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
        sql::Statement rows(*connection_, std::string("SELECT ") + kFrameColumns +
                                              " FROM frames f WHERE f.id > ? ORDER BY f.id LIMIT ?");
        rows.bind_all(after, static_cast<std::int64_t>(limit));
        std::size_t bytes = 0;
        while (bytes < kFullPage && rows.step()) {
            frames.push_back(frame_at(rows));
            bytes += frames.back().payload.size();
        }
        return frames;
    });
}

}  // namespace millrace::store
