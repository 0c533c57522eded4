-- The figures of each minute of the last day, as JSON. Times are microseconds since 1970 UTC, at the beginning of a minute. A
-- minute in which nothing happened has no row.
CREATE TABLE minutes (
    at INTEGER PRIMARY KEY,
    figures TEXT NOT NULL
) STRICT;
