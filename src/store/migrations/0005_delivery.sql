-- Who this station is at the record API. One row.
CREATE TABLE enrolment (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    server      TEXT NOT NULL,
    client_id   TEXT NOT NULL,
    -- The certificate authority that vouches for the server, PEM; NULL for the usual ones.
    ca          TEXT,
    enrolled_in INTEGER NOT NULL REFERENCES audit (sequence),
    -- Receipts of audit rows before this one are another server's.
    since       INTEGER NOT NULL
) STRICT;

-- How the server was reached lately. One row. Attempts are counted and no times kept, since wall
-- clocks jump.
CREATE TABLE reach (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    -- Attempts in a row that brought no answer.
    failures    INTEGER NOT NULL CHECK (failures >= 0),
    -- Records in a batch, as the server last said.
    batch_limit INTEGER NOT NULL CHECK (batch_limit > 0)
) STRICT;
