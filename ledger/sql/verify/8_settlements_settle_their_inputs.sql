SELECT count(*) FROM ledger_settlement WHERE state = 'posted'
-- then
SELECT 'settlement ' || k.id,
       format('was created over %s records; what its lines settle, %s records, %s', k.record_count,
              r.n, CASE WHEN r.n = k.record_count THEN 'are others' ELSE 'are not as many' END)
  FROM ledger_settlement k
  JOIN (SELECT k.id, count(s.id) AS n,
               encode(sha256(convert_to(coalesce(
                   string_agg(s.emission_record_id || ':' || s.sign, E'\n'
                              ORDER BY s.emission_record_id, s.sign), ''),
                   'UTF8')), 'hex') AS sha256
          FROM ledger_settlement k
          LEFT JOIN ledger_settlementline l ON l.settlement_id = k.id
          LEFT JOIN ledger_settledrecord s ON s.line_id = l.id
         WHERE k.state = 'posted'
         GROUP BY k.id) r ON r.id = k.id
 WHERE (r.n, r.sha256) <> (k.record_count, k.input_sha256)
 ORDER BY k.id
