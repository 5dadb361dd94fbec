-- What the reception desk knows and no record tells: undecided vouchers, counts, the session. One
-- row, JSON (desk::Notes). It holds voucher numbers, as the book does.
CREATE TABLE desk (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    notes TEXT NOT NULL
) STRICT;
