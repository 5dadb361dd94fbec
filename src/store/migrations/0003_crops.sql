-- Cut-outs of the number line and the marks, never of the name; gone when the day is closed and
-- the record acknowledged.
CREATE TABLE crop (
    sequence INTEGER NOT NULL REFERENCES entry (sequence),
    part     TEXT NOT NULL CHECK (part IN ('line', 'nw7', 'qr', 'personal_number')),
    png      BLOB NOT NULL,
    PRIMARY KEY (sequence, part)
) STRICT;

CREATE TABLE closed_day (
    date   TEXT PRIMARY KEY CHECK (length(date) = 10),
    audit  INTEGER NOT NULL REFERENCES audit (sequence)
) STRICT, WITHOUT ROWID;
