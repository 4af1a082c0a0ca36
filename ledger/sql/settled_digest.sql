-- The same digest, read back from what the settlement's lines settled.
SELECT count(*),
       encode(sha256(convert_to(coalesce(
           string_agg(s.emission_record_id || ':' || s.sign, E'\n'
                      ORDER BY s.emission_record_id, s.sign), ''),
           'UTF8')), 'hex')
  FROM ledger_settlementline l
  JOIN ledger_settledrecord s ON s.line_id = l.id
 WHERE l.settlement_id = %(settlement_id)s
