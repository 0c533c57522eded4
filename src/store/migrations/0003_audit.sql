-- Who changed what over REST and on the command line. Times are microseconds since 1970 UTC.

-- `key` is the id of an API key, 'dev' or 'cli'; NULL where there was none that is known. `times` is how many attempts of one
-- kind a row of denied ones stands for. Ids are never used twice: cursors name them.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    key TEXT,
    key_name TEXT,
    scope TEXT,
    address TEXT,
    action TEXT NOT NULL,
    target TEXT,
    status INTEGER,
    error_code INTEGER,
    request_id TEXT,
    times INTEGER NOT NULL
) STRICT;

-- The list's filters; the rows of each stand in the order of the list.
CREATE INDEX audit_key ON audit (key);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_target ON audit (target);
-- For the retention sweep.
CREATE INDEX audit_at ON audit (at);
-- The denied ones, of which only the latest are kept.
CREATE INDEX audit_denied ON audit (id) WHERE status IN (401, 403);
