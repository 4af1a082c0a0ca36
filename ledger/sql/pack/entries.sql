-- Entries of a period in the order they were sealed, then those that no seal covers yet.
SELECT json_build_object(
           'id', e.id, 'period', e.period_id, 'entry_date', e.entry_date,
           'recorded_at',
           to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'transaction', e.recorded_xid, 'settlement', e.settlement_id,
           'department', e.department_id, 'activity_period', e.activity_period_id,
           'reverses', e.reverses_id, 'posted_by', e.posted_by_id,
           'source_type', e.source_type, 'source_id', e.source_id, 'purpose', e.purpose,
           'description', e.description, 'seal_number', s.number, 'seal_entry', s.entry_id,
           'hashes', encode(s.hashes, 'hex'), 'chain', encode(s.chain, 'hex'))
  FROM (SELECT * FROM ledger_journalentry WHERE period_id = {period}) e
  FULL JOIN (SELECT * FROM ledger_entryseal WHERE period_id = {period}) s ON s.entry_id = e.id
 ORDER BY s.number, e.id
