#include "store/schema.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "sql/sqlite.h"

namespace millrace::store {
namespace {

constexpr const char* kVersion1 = R"sql(
-- Primary: cannot be derived from anything else.
CREATE TABLE frames (
    id          INTEGER PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    direction   INTEGER NOT NULL,
    door        INTEGER NOT NULL,
    bridge      TEXT,
    qos         INTEGER NOT NULL,
    dup         INTEGER NOT NULL,
    retain      INTEGER NOT NULL,
    topic       TEXT    NOT NULL,
    payload     BLOB    NOT NULL
) STRICT;

CREATE TABLE calibrations (
    number      INTEGER PRIMARY KEY,
    sensor      TEXT    NOT NULL,
    from_ms     INTEGER NOT NULL,
    ul_per_peak INTEGER NOT NULL,
    after_frame INTEGER NOT NULL
) STRICT;

-- Projections: made from the frames, and made anew by a rebuild. A device goes by a small number in them, which
-- saves 15 bytes a row.
CREATE TABLE device_numbers (
    number INTEGER PRIMARY KEY,
    device TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE devices (
    device         INTEGER PRIMARY KEY,
    kind           INTEGER NOT NULL,
    bridge         TEXT,
    branch         TEXT,
    firmware       TEXT,
    first_seen_ms  INTEGER NOT NULL,
    last_seen_ms   INTEGER NOT NULL,
    cloud_settings TEXT    NOT NULL,
    cloud_sensors  TEXT    NOT NULL,
    cloud_devices  TEXT    NOT NULL
) STRICT;

CREATE TABLE readings (
    sensor          INTEGER NOT NULL,
    time_ms         INTEGER NOT NULL,
    total           INTEGER NOT NULL,
    series          INTEGER NOT NULL,
    received_ms     INTEGER NOT NULL,
    time_is_receipt INTEGER NOT NULL,
    advance         INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    arrival         INTEGER NOT NULL,
    PRIMARY KEY (sensor, time_ms, total, series)
) STRICT, WITHOUT ROWID;

CREATE INDEX readings_by_total ON readings (sensor, series, total, time_ms);
CREATE UNIQUE INDEX readings_by_arrival ON readings (sensor, arrival);

CREATE TABLE series (
    sensor INTEGER NOT NULL,
    number INTEGER NOT NULL,
    base   INTEGER NOT NULL,
    PRIMARY KEY (sensor, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarter_usage (
    sensor          INTEGER NOT NULL,
    quarter_start_s INTEGER NOT NULL,
    peaks           INTEGER NOT NULL,
    PRIMARY KEY (sensor, quarter_start_s)
) STRICT, WITHOUT ROWID;

CREATE TABLE states (
    device      INTEGER NOT NULL,
    time_ms     INTEGER NOT NULL,
    report      TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device, time_ms, report)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    device      INTEGER NOT NULL,
    time_ms     INTEGER NOT NULL,
    type        INTEGER NOT NULL,
    extra       TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device, time_ms, type, extra)
) STRICT, WITHOUT ROWID;

CREATE TABLE logs (
    device      INTEGER NOT NULL,
    time_ms     INTEGER NOT NULL,
    type        INTEGER NOT NULL,
    level       INTEGER NOT NULL,
    text        TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device, time_ms, type, level, text)
) STRICT, WITHOUT ROWID;

CREATE TABLE meters (
    sensor       INTEGER PRIMARY KEY,
    series       INTEGER NOT NULL,
    base         INTEGER,
    highest      INTEGER NOT NULL,
    last_time_ms INTEGER,
    based_at_ms  INTEGER,
    lifetime_ul  INTEGER NOT NULL
) STRICT;
)sql";

constexpr const char* kVersion2 = R"sql(
ALTER TABLE frames ADD COLUMN opened INTEGER NOT NULL DEFAULT 1;
-- Version 1 did not say which frames were opened. Until a rebuild finds out, those that came sealed count as sealed.
UPDATE frames SET opened = 0 WHERE topic LIKE '2/%/12/%' OR topic LIKE 'responses/%/%/12%';
CREATE INDEX frames_sealed ON frames (id) WHERE opened = 0;

ALTER TABLE calibrations ADD COLUMN source INTEGER NOT NULL DEFAULT 1;
ALTER TABLE calibrations ADD COLUMN entered_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calibrations ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE TABLE waiting (
    frame  INTEGER PRIMARY KEY,
    bridge TEXT    NOT NULL
) STRICT;

CREATE INDEX waiting_by_bridge ON waiting (bridge, frame);

CREATE TABLE meter_readings (
    number    INTEGER PRIMARY KEY,
    sensor    TEXT    NOT NULL,
    time_ms   INTEGER NOT NULL,
    volume_ul INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL
) STRICT;

CREATE TABLE spells (
    kind    INTEGER NOT NULL,
    bridge  TEXT    NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms   INTEGER NOT NULL,
    detail  TEXT    NOT NULL,
    PRIMARY KEY (kind, bridge, from_ms)
) STRICT, WITHOUT ROWID;

CREATE INDEX spells_by_end ON spells (kind, bridge, to_ms);

CREATE TABLE choices (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    configured TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: how much the archive holds, and how far the baseline reaches.
CREATE TABLE archive (
    row                  INTEGER PRIMARY KEY,
    counted_to           INTEGER NOT NULL,
    frames               INTEGER NOT NULL,
    sealed_frames        INTEGER NOT NULL,
    frame_bytes          INTEGER NOT NULL,
    dropped_by_age       INTEGER NOT NULL,
    dropped_by_size      INTEGER NOT NULL,
    baseline_frame       INTEGER NOT NULL,
    baseline_received_ms INTEGER NOT NULL,
    passed_to            INTEGER NOT NULL,
    rebuilds             INTEGER NOT NULL
) STRICT;

INSERT INTO archive VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

CREATE TABLE estimates (
    sensor      INTEGER NOT NULL,
    from_ms     INTEGER NOT NULL,
    to_ms       INTEGER NOT NULL,
    least       INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (sensor, from_ms, to_ms, least)
) STRICT, WITHOUT ROWID;

CREATE INDEX estimates_by_receipt ON estimates (received_ms, sensor);

CREATE TABLE heard (
    device      INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    PRIMARY KEY (device, received_ms)
) STRICT, WITHOUT ROWID;

-- What a rebuild found of frames that stand otherwise in the archive, until it is written there.
CREATE TABLE frame_openings (
    frame  INTEGER PRIMARY KEY,
    opened INTEGER NOT NULL
) STRICT;
)sql";

constexpr const char* kVersion3 = R"sql(
CREATE TABLE incidents (
    id               INTEGER PRIMARY KEY,
    device           TEXT    NOT NULL,
    rule             INTEGER NOT NULL,
    severity         INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    raised_ms        INTEGER NOT NULL,
    cleared_ms       INTEGER,
    snoozed_until_ms INTEGER,
    answered_by      TEXT    NOT NULL,
    note             TEXT    NOT NULL,
    not_a_leak       INTEGER NOT NULL,
    reopened         INTEGER NOT NULL,
    finding          TEXT    NOT NULL,
    detail           TEXT    NOT NULL
) STRICT;

CREATE INDEX incidents_by_device ON incidents (device, id);
CREATE INDEX incidents_open ON incidents (id) WHERE state <> 4;
CREATE INDEX incidents_by_clearing ON incidents (cleared_ms, id) WHERE state = 4;

CREATE TABLE incident_events (
    number           INTEGER PRIMARY KEY,
    incident         INTEGER NOT NULL,
    change           INTEGER NOT NULL,
    at_ms            INTEGER NOT NULL,
    who              TEXT    NOT NULL,
    rule             INTEGER NOT NULL,
    severity         INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    raised_ms        INTEGER NOT NULL,
    cleared_ms       INTEGER,
    snoozed_until_ms INTEGER,
    answered_by      TEXT    NOT NULL,
    note             TEXT    NOT NULL,
    not_a_leak       INTEGER NOT NULL,
    reopened         INTEGER NOT NULL,
    finding          TEXT    NOT NULL,
    detail           TEXT    NOT NULL
) STRICT;

CREATE INDEX incident_events_by_incident ON incident_events (incident, number);

CREATE TABLE uses (
    sensor     TEXT    NOT NULL,
    start_ms   INTEGER NOT NULL,
    overlapped INTEGER NOT NULL,
    volume_ul  INTEGER NOT NULL,
    end_ms     INTEGER NOT NULL,
    peak_ul_s  INTEGER NOT NULL,
    mean_ul_s  INTEGER NOT NULL,
    base_ul_s  INTEGER NOT NULL,
    shape      TEXT    NOT NULL,
    PRIMARY KEY (sensor, start_ms, overlapped, volume_ul)
) STRICT, WITHOUT ROWID;

-- How far back a use may have begun that lasts into a span of time.
CREATE INDEX uses_by_length ON uses (sensor, end_ms - start_ms);

CREATE TABLE deliveries (
    number       INTEGER PRIMARY KEY,
    channel      TEXT    NOT NULL,
    incident     INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    state        INTEGER NOT NULL,
    queued_ms    INTEGER NOT NULL,
    next_try_ms  INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    delivered_ms INTEGER,
    error        TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    text         TEXT    NOT NULL
) STRICT;

CREATE INDEX deliveries_by_channel ON deliveries (channel, state, delivered_ms);
CREATE INDEX deliveries_done ON deliveries (number) WHERE state <> 1;
)sql";

constexpr const char* kVersion4 = R"sql(
CREATE TABLE use_labels (
    sensor     TEXT    NOT NULL,
    start_ms   INTEGER NOT NULL,
    overlapped INTEGER NOT NULL,
    volume_ul  INTEGER NOT NULL,
    category   TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL,
    PRIMARY KEY (sensor, start_ms, overlapped, volume_ul)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kVersion5 = R"sql(
CREATE TABLE use_verdicts (
    sensor      TEXT    NOT NULL,
    start_ms    INTEGER NOT NULL,
    overlapped  INTEGER NOT NULL,
    volume_ul   INTEGER NOT NULL,
    category    TEXT    NOT NULL,
    confidence  INTEGER NOT NULL, -- thousandths
    alike       INTEGER NOT NULL,
    as_labelled INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    cycle_ms    INTEGER NOT NULL,
    PRIMARY KEY (sensor, start_ms, overlapped, volume_ul)
) STRICT, WITHOUT ROWID;

-- The fills of a machine's cycle.
CREATE INDEX use_verdicts_by_cycle ON use_verdicts (sensor, cycle_ms, category);

-- Totals as they are shown, which never fall.
CREATE TABLE category_totals (
    sensor   TEXT    NOT NULL,
    category TEXT    NOT NULL,
    told_ul  INTEGER NOT NULL,
    owed_ul  INTEGER NOT NULL,
    PRIMARY KEY (sensor, category)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array kMigrations{Migration{kVersion1}, Migration{kVersion2}, Migration{kVersion3}, Migration{kVersion4},
                                 Migration{kVersion5}};

int pragma(const sql::Sqlite& file, const char* name) {
    return static_cast<int>(file.number(std::string("PRAGMA ") + name));
}

bool has_tables(const sql::Sqlite& file) {
    return file.number("SELECT count(*) FROM sqlite_master") != 0;
}

base::Error not_ours(const std::string& path) {
    return {path + " is not a store of Millrace; move it away, or name another directory with --state-dir"};
}

// Copied under another name first: a copy cut short must not pass for one.
void back_up(const sql::Sqlite& file, const std::string& path, int version) {
    const std::string copy = path + ".v" + std::to_string(version) + ".backup";
    const std::string unfinished = copy + ".unfinished";
    std::error_code error;
    std::filesystem::remove(unfinished, error);
    file.back_up_to(unfinished);
    std::filesystem::rename(unfinished, copy, error);
    if (error) throw sql::Error(sql::Cause::ReadOnly, "cannot write the backup " + copy + ": " + error.message());
}

}  // namespace

std::span<const Migration> migrations() {
    return kMigrations;
}

base::Result<void, base::Error> check_format(const sql::Sqlite& file, const std::string& path,
                                             std::span<const Migration> steps) {
    const int newest = static_cast<int>(steps.size());
    int application = 0;
    int version = 0;
    bool empty = false;
    try {
        application = pragma(file, "application_id");
        version = pragma(file, "user_version");
        empty = !has_tables(file);
    } catch (const sql::Error& error) {
        if (error.cause() == sql::Cause::NotADatabase) return base::failure(not_ours(path));
        throw;
    }
    if (empty && application == 0 && version == 0) return {};
    if (application != kApplicationId || version < 1) return base::failure(not_ours(path));
    if (version > newest) {
        return base::failure(base::Error{
            path + " was written by a newer Millrace (format " + std::to_string(version) + ", this one knows " +
            std::to_string(newest) + "); install that version again, or restore the backup made before the update"});
    }
    return {};
}

void migrate(sql::Sqlite& file, const std::string& path, std::span<const Migration> steps) {
    const int newest = static_cast<int>(steps.size());
    const int old = pragma(file, "user_version");
    if (old >= newest) return;
    if (old > 0) back_up(file, path, old);
    bring_forward(file, steps);
}

void bring_forward(sql::Sqlite& file, std::span<const Migration> steps) {
    const int newest = static_cast<int>(steps.size());
    for (int version = pragma(file, "user_version") + 1; version <= newest; ++version) {
        sql::Transaction transaction(file);
        file.execute(steps[static_cast<std::size_t>(version) - 1].sql);
        file.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
        file.execute("PRAGMA user_version = " + std::to_string(version));
        transaction.commit();
    }
}

}  // namespace millrace::store
