-- The people who work here. A PIN is kept as an Argon2id hash; a lock survives a restart.
CREATE TABLE operator (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL CHECK (json_valid(account))
) STRICT, WITHOUT ROWID;
