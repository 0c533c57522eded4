-- Calls, accounts, API keys. Times are microseconds since 1970 UTC; ids are the 16 bytes of a UUID.

-- Every way in which calls have ended so far: a handful of rows. '' stands for "unknown".
CREATE TABLE classes (
    class INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    caller_door TEXT NOT NULL,
    callee_door TEXT NOT NULL,
    UNIQUE (reason, caller_door, callee_door)
) STRICT;

-- `seq` is the time of the request and a tie-break, so that every index below ends in the order of the lists.
-- `class` is 0 until the call ends. `pair` is a hash of caller and callee.
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    class INTEGER NOT NULL,
    pair INTEGER NOT NULL,
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
    error_code INTEGER,
    reason TEXT,
    ended_by TEXT,
    requested_at INTEGER NOT NULL,
    ringing_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    veto TEXT NOT NULL,
    timeline TEXT NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;

-- The only index that a step of a living call touches, and as small as the number of living calls.
CREATE INDEX calls_live ON calls (state, seq, caller_door, callee_door) WHERE class = 0;
-- The others change where a call begins, is routed, and ends.
CREATE INDEX calls_class ON calls (class) WHERE class > 0;
CREATE INDEX calls_caller ON calls (caller, class);
CREATE INDEX calls_callee ON calls (callee, class);
CREATE INDEX calls_pair ON calls (pair, class);

-- The room that was given out last, so that a restart goes on after it.
CREATE TABLE last_room (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    room INTEGER NOT NULL
) STRICT;

-- Written to find out whether commits work again after one has failed.
CREATE TABLE probe (
    one INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    filler BLOB
) STRICT;

CREATE TABLE accounts (
    user TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
