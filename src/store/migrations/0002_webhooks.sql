-- Webhook events that wait for their delivery, and those that were delivered or given up.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,
    call BLOB NOT NULL CHECK (length(call) = 16),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL
) STRICT;

-- For the retention sweep.
CREATE INDEX outbox_settled ON outbox (at) WHERE state <> 'pending';
