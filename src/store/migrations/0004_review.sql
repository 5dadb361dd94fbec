-- Findings that did not stop a record and that a person has to look at.
CREATE TABLE review (
    sequence   INTEGER NOT NULL REFERENCES entry (sequence),
    finding    TEXT NOT NULL,
    -- The audit row in which a person settled it.
    settled_in INTEGER REFERENCES audit (sequence),
    PRIMARY KEY (sequence, finding)
) STRICT, WITHOUT ROWID;

CREATE INDEX review_open ON review (sequence) WHERE settled_in IS NULL;
