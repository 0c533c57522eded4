-- Calls that go on get a table of their own, and those that ended are only ever added at the end of their time.

-- First, so that what follows takes their place in the file.
DROP INDEX calls_live;
DROP INDEX calls_class;
DROP INDEX calls_caller;
DROP INDEX calls_callee;
DROP INDEX calls_pair;

-- As small as the number of living calls, and without an index: its one reader by anything but `seq` looks through all of it.
CREATE TABLE live (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL CHECK (length(id) = 16),
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    dialled TEXT,
    caller_device TEXT NOT NULL,
    callee_device TEXT,
    caller_door TEXT NOT NULL,
    callee_door TEXT,
    placed INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    param INTEGER NOT NULL,
    user_str TEXT NOT NULL,
    room INTEGER,
    requested_at INTEGER NOT NULL,
    ringing_at INTEGER,
    started_at INTEGER,
    veto TEXT,
    timeline TEXT NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;

INSERT INTO live
SELECT seq, id, state, version, caller, callee, dialled, caller_device, callee_device, caller_door, callee_door, placed, flags,
    param, user_str, room, requested_at, ringing_at, started_at, nullif(veto, '[]'), timeline, event_seq
FROM calls WHERE class = 0;

ALTER TABLE calls RENAME TO old_calls;

-- `veto` is NULL where no hook was asked.
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    class INTEGER NOT NULL,
    version INTEGER NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    dialled TEXT,
    caller_device TEXT NOT NULL,
    callee_device TEXT,
    caller_door TEXT NOT NULL,
    callee_door TEXT,
    placed INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    param INTEGER NOT NULL,
    user_str TEXT NOT NULL,
    room INTEGER,
    error_code INTEGER,
    reason TEXT,
    ended_by TEXT,
    requested_at INTEGER NOT NULL,
    ringing_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    veto TEXT,
    timeline TEXT NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;

INSERT INTO calls
SELECT seq, id, class, version, caller, callee, dialled, caller_device, callee_device, caller_door, callee_door, placed, flags,
    param, user_str, room, error_code, reason, ended_by, requested_at, ringing_at, started_at, ended_at, nullif(veto, '[]'),
    timeline, event_seq
FROM old_calls WHERE class > 0 ORDER BY seq;

DROP TABLE old_calls;

-- Ended calls in runs of `seq`: each from its `first_seq` to the next one's. The newest is searched as it is; the calls of all
-- others are in the two tables below.
CREATE TABLE buckets (
    bucket INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL UNIQUE
) STRICT;

-- Whose calls: each is in it twice. `callee` is '' in the row of the callee.
CREATE TABLE bucket_users (
    bucket INTEGER NOT NULL,
    user TEXT NOT NULL,
    class INTEGER NOT NULL,
    callee TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (bucket, user, class, callee, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket_classes (
    class INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (class, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO buckets
SELECT n / 4096, CASE n / 4096 WHEN 0 THEN 0 ELSE min(seq) END
FROM (SELECT row_number() OVER (ORDER BY seq) - 1 AS n, seq FROM calls) GROUP BY n / 4096;
INSERT OR IGNORE INTO buckets VALUES (0, 0);

CREATE TEMP VIEW placed AS
SELECT bucket, caller, callee, class, calls.seq AS seq FROM buckets CROSS JOIN calls
    ON calls.seq >= first_seq AND calls.seq < (SELECT first_seq FROM buckets AS next WHERE next.bucket = buckets.bucket + 1);

INSERT INTO bucket_users (bucket, user, class, callee, seq) SELECT bucket, caller, class, callee, seq FROM placed;
INSERT INTO bucket_users (bucket, user, class, callee, seq) SELECT bucket, callee, class, '', seq FROM placed;
INSERT INTO bucket_classes (class, seq) SELECT class, seq FROM placed;

DROP VIEW placed;

-- Whatever removes a call removes it from both.
CREATE TRIGGER call_removed AFTER DELETE ON calls BEGIN
    DELETE FROM bucket_classes WHERE class = old.class AND seq = old.seq;
    DELETE FROM bucket_users
    WHERE bucket = (SELECT bucket FROM buckets WHERE first_seq <= old.seq ORDER BY first_seq DESC LIMIT 1)
        AND class = old.class AND seq = old.seq
        AND (user, callee) IN (VALUES (old.caller, old.callee), (old.callee, ''));
END;
