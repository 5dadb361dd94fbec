-- The book: entries that are never changed, where each stands on its way, and the audit chain.

-- What the directory was born as. One row.
CREATE TABLE directory (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    kind     TEXT NOT NULL CHECK (kind IN ('training', 'production')),
    station  TEXT NOT NULL
) STRICT;

-- One row for every record, correction and cancellation. `sequence` is the station's own count,
-- shared with the audit row of the same event.
CREATE TABLE entry (
    sequence    INTEGER PRIMARY KEY,
    entry_id    BLOB NOT NULL UNIQUE CHECK (length(entry_id) = 16),
    changes     BLOB CHECK (length(changes) = 16),
    kind        TEXT NOT NULL CHECK (kind IN ('new', 'correction', 'cancellation')),
    voucher     INTEGER CHECK (voucher BETWEEN 0 AND 999999999999999999),
    slip        INTEGER CHECK (slip > 0),
    dose        INTEGER NOT NULL CHECK (dose BETWEEN 0 AND 9),
    date        TEXT NOT NULL CHECK (length(date) = 10),
    outcome     TEXT NOT NULL CHECK (outcome IN ('given', 'consultation')),
    product     TEXT,
    maker       TEXT,
    lot         TEXT,
    venue       TEXT NOT NULL,
    doctor      TEXT NOT NULL,
    station     TEXT NOT NULL,
    operator    TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    evidence    TEXT NOT NULL,
    reason      TEXT,
    -- Digits 3-18: municipality and 券番号, the person.
    person      INTEGER AS (voucher % 10000000000000000) VIRTUAL,
    CHECK ((kind = 'new') = (changes IS NULL)),
    CHECK ((kind = 'new') = (reason IS NULL)),
    CHECK ((voucher IS NULL) <> (slip IS NULL)),
    CHECK ((outcome = 'given') = (product IS NOT NULL)),
    CHECK ((outcome = 'given') = (maker IS NOT NULL)),
    CHECK ((outcome = 'given') = (lot IS NOT NULL))
) STRICT;

CREATE INDEX entry_person ON entry (person, dose) WHERE voucher IS NOT NULL;
CREATE INDEX entry_changes ON entry (changes) WHERE changes IS NOT NULL;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT raise(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT raise(ABORT, 'entries are never deleted'); END;

-- Where each entry stands.
CREATE TABLE delivery (
    sequence      INTEGER PRIMARY KEY REFERENCES entry (sequence),
    state         TEXT NOT NULL CHECK (state IN ('awaiting_number', 'queued', 'sending',
                      'acknowledged', 'rejected', 'conflict', 'withdrawn')),
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The audit row of the last change.
    changed_in    INTEGER NOT NULL,
    location      TEXT,
    etag          TEXT,
    last_modified TEXT,
    detail        TEXT,
    CHECK ((state = 'acknowledged') = (location IS NOT NULL)),
    CHECK ((location IS NULL) = (etag IS NULL)),
    CHECK ((location IS NULL) = (last_modified IS NULL)),
    CHECK (state NOT IN ('sending', 'acknowledged') OR attempts > 0)
) STRICT;

CREATE INDEX delivery_open ON delivery (state, sequence)
    WHERE state NOT IN ('acknowledged', 'withdrawn');
CREATE INDEX delivery_acknowledged_in ON delivery (changed_in)
    WHERE state = 'acknowledged';

-- How many entries stand where, so that a screen need not count a million.
CREATE TABLE tally (
    state TEXT NOT NULL,
    date  TEXT NOT NULL,
    n     INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (state, date)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tally_of_a_new_delivery AFTER INSERT ON delivery
BEGIN
    INSERT INTO tally (state, date, n)
        SELECT new.state, date, 1 FROM entry WHERE sequence = new.sequence
        ON CONFLICT (state, date) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tally_of_a_changed_delivery AFTER UPDATE OF state ON delivery
    WHEN old.state <> new.state
BEGIN
    UPDATE tally SET n = n - 1 WHERE state = old.state
        AND date = (SELECT date FROM entry WHERE sequence = old.sequence);
    INSERT INTO tally (state, date, n)
        SELECT new.state, date, 1 FROM entry WHERE sequence = new.sequence
        ON CONFLICT (state, date) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER delivery_is_never_deleted BEFORE DELETE ON delivery
BEGIN SELECT raise(ABORT, 'deliveries are never deleted'); END;

-- Who did what, when, and what was shown. Each row's chain covers the row and all before it.
CREATE TABLE audit (
    sequence   INTEGER PRIMARY KEY,
    wall       INTEGER NOT NULL,
    monotonic  INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    clock_jump INTEGER,
    actor      TEXT NOT NULL,
    act        TEXT NOT NULL,
    subject    INTEGER,
    shown      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    digest     BLOB CHECK (length(digest) = 32),
    chain      BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT;

CREATE INDEX audit_clock_jump ON audit (sequence) WHERE clock_jump IS NOT NULL;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

-- What is true of each record: its last entry, unless that cancelled it.
CREATE VIEW current_record AS
    SELECT * FROM entry
    WHERE kind <> 'cancellation'
      AND NOT EXISTS (
          SELECT 1 FROM entry AS later
          WHERE later.changes = coalesce(entry.changes, entry.entry_id)
            -- A record may come in after its changes, when a second copy fills gaps.
            AND (later.sequence > entry.sequence OR entry.kind = 'new'));
