-- The entry that accrues a settlement and the one that takes it back, each found by its source.
SELECT e.entry_id, r.entry_id
  FROM ledger_postedsource e
  JOIN ledger_postedsource r
    ON r.source_type = 'entry' AND r.source_id = e.entry_id::text AND r.purpose = 'reversal'
 WHERE e.source_type = 'accrual' AND e.source_id = %(settlement)s AND e.purpose = 'accrual'
