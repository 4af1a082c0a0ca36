-- What an export holds: lines up to a number, by date, the lines of an entry together.
SELECT j.*
  FROM ({rows}) AS j (
       line_id, entry_id, entry_date, recorded_at, period, activity_period, scheme, settlement_id,
       legal_entity, department, cost_centre, account, commodity, debit, credit, exponent,
       description, source_type, source_id, purpose, reverses)
 WHERE j.line_id <= %(through_line_id)s
 ORDER BY j.entry_date, j.entry_id, j.line_id
