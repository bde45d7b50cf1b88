-- Format version 1 as released; never change this file.
PRAGMA application_id = 1296847427;
PRAGMA user_version = 1;

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

INSERT INTO frames VALUES (7, 1700000000123, 0, 2, 'b41d9e0000c0ffee', 1, 0, 0, '2/1/2/5F3A00112233AABB/1700000000', x'000102');
INSERT INTO calibrations VALUES (1, '5F3A00112233AABB', 1700000000000, 31000, 7);
INSERT INTO device_numbers VALUES (1, '5F3A00112233AABB');
INSERT INTO devices VALUES (1, 2, 'b41d9e0000c0ffee', NULL, 'abc', 1700000000000, 1700000600000, '', '', '');
INSERT INTO readings VALUES (1, 1700000100000, 100, 1, 1700000102000, 0, 0, 0, 1);
INSERT INTO readings VALUES (1, 1700000200000, 105, 1, 1700000202000, 0, 5, 1, 2);
INSERT INTO series VALUES (1, 1, 100);
INSERT INTO quarter_usage VALUES (1, 1700000100, 5);
INSERT INTO states VALUES (1, 1700000100000, '{"16":-71}', 1700000102000);
INSERT INTO events VALUES (1, 1700000100000, 2, '', 1700000102000);
INSERT INTO logs VALUES (1, 1700000100000, 1, 4, 'text', 1700000102000);
INSERT INTO meters VALUES (1, 1, 100, 105, 1700000200000, 1700000050000, 1234567);
