-- What media workers did for calls, as JSON: one row for each call that had one. `at` is when that ended, in microseconds since 1970
-- UTC.
CREATE TABLE media (
    call BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX media_at ON media (at);
