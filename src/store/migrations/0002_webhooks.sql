-- Hooks that were put over REST, and their events. Times are microseconds since 1970 UTC.

-- `spec` is the form as JSON, without its secret; NULL for a hook of the configuration file, of which only the keys are kept.
CREATE TABLE webhooks (
    name TEXT PRIMARY KEY,
    spec TEXT,
    keys TEXT NOT NULL,
    stopped_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events that wait for their delivery, and those that were delivered or given up. Ids are never used twice: cursors and
-- replays name them. `next_at` is when a pending event is looked at next.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook TEXT NOT NULL,
    call BLOB NOT NULL CHECK (length(call) = 16),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    last_status INTEGER,
    last_error TEXT,
    updated_at INTEGER
) STRICT;

-- What is due, for each hook.
CREATE INDEX outbox_due ON outbox (hook, next_at) WHERE state = 'pending';
-- What an event of the same call must wait for.
CREATE INDEX outbox_order ON outbox (hook, call, seq) WHERE state = 'pending';
-- A hook's list. Written once for each event, not at its delivery.
CREATE INDEX outbox_hook ON outbox (hook, id);
-- The few that were given up, for those who look for them.
CREATE INDEX outbox_dead ON outbox (hook, id) WHERE state = 'dead';
-- For the retention sweep.
CREATE INDEX outbox_settled ON outbox (at) WHERE state <> 'pending';
