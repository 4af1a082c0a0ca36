-- Long work of every kind, in the order it was asked for; `place` is unique and never changes.
WITH jobs AS (
    SELECT 'settlement' AS kind, 0 AS kind_number, s.id, s.prepared_at AS asked_at,
           CASE WHEN s.state = 'cancelled' THEN 'cancelled'
                WHEN s.state <> 'calculating' THEN 'done'
                WHEN x.stuck > 0 THEN 'failed'
                WHEN x.done > 0 THEN 'running' ELSE 'waiting' END AS state,
           x.done, s.shard_count AS total, coalesce(x.error, '') AS error,
           s.prepared_by_id AS asked_by_id, sch.code AS scheme, p.code AS period,
           CASE WHEN s.state = 'cancelled' THEN s.cancelled_at ELSE s.calculated_at END AS ended_at
      FROM ledger_settlement s
      JOIN pricing_scheme sch ON sch.id = s.scheme_id
      JOIN ledger_accountingperiod p ON p.id = s.period_id
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE state = 'done') AS done,
                  count(*) FILTER (WHERE state = 'quarantined') AS stuck,
                  min(error) FILTER (WHERE state = 'quarantined') AS error
             FROM ledger_settlementshard WHERE settlement_id = s.id) x
    UNION ALL
    SELECT 'scenario', 1, r.id, r.asked_at, r.state, (r.state <> 'waiting')::int, 1, r.error,
           r.asked_by_id, sch.code, p.code, r.done_at
      FROM ledger_scenariorun r
      JOIN pricing_scheme sch ON sch.id = r.scheme_id
      JOIN ledger_accountingperiod p ON p.id = r.period_id
    UNION ALL
    SELECT 'sweet_spot', 2, r.id, r.asked_at, r.state, (r.state <> 'waiting')::int, 1, r.error,
           r.asked_by_id, sch.code, NULL, r.done_at
      FROM ledger_sweetspotrun r
      JOIN pricing_scheme sch ON sch.id = r.scheme_id
    UNION ALL
    SELECT 'export', 3, r.id, r.asked_at,
           CASE WHEN r.state = 'waiting' AND r.started_at IS NOT NULL THEN 'running'
                ELSE r.state END,
           r.lines_done, r.line_count, r.error, r.asked_by_id, sch.code, p.code, r.done_at
      FROM ledger_exportrun r
      LEFT JOIN pricing_scheme sch ON sch.id = r.scheme_id
      LEFT JOIN ledger_accountingperiod p ON p.id = r.period_id
), placed AS (
    -- Milliseconds, then kind, then id.
    SELECT ((extract(epoch FROM asked_at) * 1000)::bigint << 20)
           + (kind_number << 18) + id %% 262144 AS place, *
      FROM jobs
)
SELECT j.place, j.kind, j.id, j.state, j.done, j.total, j.error, coalesce(u.username, ''),
       j.scheme, j.period, j.asked_at, j.ended_at
  FROM placed j
  LEFT JOIN organisation_user u ON u.id = j.asked_by_id
 WHERE j.place > %(after_place)s
   AND (%(kind)s::text IS NULL OR j.kind = %(kind)s)
   AND (%(state)s::text IS NULL OR j.state = %(state)s)
   AND (%(job_id)s::bigint IS NULL OR j.id = %(job_id)s)
   AND (%(since)s::timestamptz IS NULL OR greatest(j.asked_at, j.ended_at) >= %(since)s)
 ORDER BY j.place
 LIMIT %(size)s
