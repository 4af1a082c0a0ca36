-- How many records are in force on a line l of those that a replay knows.
SELECT coalesce(l.records, (SELECT sum(r.sign) FROM ledger_settledrecord r WHERE r.line_id = l.id), 0)
       AS records
