-- Format version 5 as released; never change this file.
PRAGMA application_id = 1296847427;
PRAGMA user_version = 5;

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
    payload     BLOB    NOT NULL,
    opened      INTEGER NOT NULL
) STRICT;

CREATE INDEX frames_sealed ON frames (id) WHERE opened = 0;

CREATE TABLE waiting (
    frame  INTEGER PRIMARY KEY,
    bridge TEXT    NOT NULL
) STRICT;

CREATE INDEX waiting_by_bridge ON waiting (bridge, frame);

CREATE TABLE calibrations (
    number      INTEGER PRIMARY KEY,
    sensor      TEXT    NOT NULL,
    from_ms     INTEGER NOT NULL,
    ul_per_peak INTEGER NOT NULL,
    after_frame INTEGER NOT NULL,
    source      INTEGER NOT NULL,
    entered_ms  INTEGER NOT NULL,
    note        TEXT    NOT NULL
) STRICT;

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

CREATE TABLE use_verdicts (
    sensor      TEXT    NOT NULL,
    start_ms    INTEGER NOT NULL,
    overlapped  INTEGER NOT NULL,
    volume_ul   INTEGER NOT NULL,
    category    TEXT    NOT NULL,
    confidence  INTEGER NOT NULL,
    alike       INTEGER NOT NULL,
    as_labelled INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    cycle_ms    INTEGER NOT NULL,
    PRIMARY KEY (sensor, start_ms, overlapped, volume_ul)
) STRICT, WITHOUT ROWID;

CREATE INDEX use_verdicts_by_cycle ON use_verdicts (sensor, cycle_ms, category);

CREATE TABLE category_totals (
    sensor   TEXT    NOT NULL,
    category TEXT    NOT NULL,
    told_ul  INTEGER NOT NULL,
    owed_ul  INTEGER NOT NULL,
    PRIMARY KEY (sensor, category)
) STRICT, WITHOUT ROWID;

INSERT INTO archive VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

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

CREATE TABLE meters (
    sensor       INTEGER PRIMARY KEY,
    series       INTEGER NOT NULL,
    base         INTEGER,
    highest      INTEGER NOT NULL,
    last_time_ms INTEGER,
    based_at_ms  INTEGER,
    lifetime_ul  INTEGER NOT NULL
) STRICT;

CREATE TABLE frame_openings (
    frame  INTEGER PRIMARY KEY,
    opened INTEGER NOT NULL
) STRICT;

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

INSERT INTO frames VALUES (7, 1700000000123, 0, 2, 'b41d9e0000c0ffee', 1, 0, 0, '2/1/2/5F3A00112233AABB/1700000000', x'000102', 1);
INSERT INTO calibrations VALUES (1, '5F3A00112233AABB', 1700000000000, 31000, 7, 1, 1700000300000, 'bucket');
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
INSERT INTO estimates VALUES (1, 1700000300000, 1700000360000, 4, 1700000362000);
INSERT INTO heard VALUES (1, 1700000102000);
INSERT INTO meter_readings VALUES (1, '5F3A00112233AABB', 1700000000000, 123000000000, 0);
INSERT INTO spells VALUES (1, '', 1700000000000, 1700000900000, 'stopped');
INSERT INTO choices VALUES ('cloud_mode/b41d9e0000c0ffee', 'local', 'relay');
INSERT INTO waiting VALUES (7, 'b41d9e0000c0ffee');
INSERT INTO incidents VALUES (3, '5F3A00112233AABB', 2, 2, 2, 1700000300000, NULL, NULL, 'ada', 'plumber comes', 0, 1, '{"at_ms":1700000900000,"at_least_ul_s":900,"learned_days":21,"limit":3600000,"measure":1,"observed":3700000,"rate_ul_s":1000,"since_ms":1700000200000,"source":2,"usual":1800000,"volume_ul":700000}', '');
INSERT INTO incidents VALUES (4, 'b41d9e0000c0ffee', 33, 2, 4, 1700000300000, 1700000400000, NULL, '', '', 0, 0, '{"measure":6}', 'gone');
INSERT INTO incident_events VALUES (1, 3, 1, 1700000300000, '', 2, 2, 1, 1700000300000, NULL, NULL, '', '', 0, 0, '{"limit":3600000,"measure":1,"observed":3600000}', '');
INSERT INTO incident_events VALUES (2, 3, 3, 1700000350000, 'ada', 2, 2, 2, 1700000300000, NULL, NULL, 'ada', '', 0, 0, '{"limit":3600000,"measure":1,"observed":3650000}', '');
INSERT INTO uses VALUES ('5F3A00112233AABB', 1700000100000, 0, 6000000, 1700000160000, 120000, 100000, 900, '[100000,110000]');
INSERT INTO deliveries VALUES (11, 'phone', 3, 'raised', 2, 1700000300000, 1700000300000, 1, 1700000301000, '', 'Water does not rest', 'text');
INSERT INTO deliveries VALUES (12, 'mail', 3, 'raised', 1, 1700000300000, 1700000360000, 2, NULL, 'no route', 'Water does not rest', 'text');
INSERT INTO use_labels VALUES ('5F3A00112233AABB', 1700000100000, 0, 6000000, 'toilet', 'guest bath', 'ada', 1700000500000);
INSERT INTO use_verdicts VALUES ('5F3A00112233AABB', 1700000100000, 0, 6000000, 'toilet', 875, 14, 1, 'guest bath', 1700000100000);
INSERT INTO category_totals VALUES ('5F3A00112233AABB', 'toilet', 6000000, 1000000), ('5F3A00112233AABB', 'uncategorised', 5000000, 0);
