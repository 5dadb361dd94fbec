-- What people did that came with the desk's notes last, and its row in the audit log: told once more,
-- because nobody heard that it was kept, it has its row already.
CREATE TABLE deed (
    id    BLOB PRIMARY KEY CHECK (length(id) = 16),
    audit INTEGER NOT NULL REFERENCES audit (sequence)
) STRICT, WITHOUT ROWID;
