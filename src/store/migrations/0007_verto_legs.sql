-- What clients of the Verto door call their calls on the wire, so that they find them again after a crash: one row for each party of
-- that door. `at` is when it was written, in microseconds since 1970 UTC.
CREATE TABLE verto_legs (
    call BLOB NOT NULL,
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (call, user)
) STRICT;
CREATE INDEX verto_legs_at ON verto_legs (at);
