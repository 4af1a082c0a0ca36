-- The records behind all lines that a replay knows.
(SELECT l.settlement_id, l.activity_period_id, l.department_id, r.emission_record_id, r.sign
   FROM ledger_settlementline l JOIN ledger_settledrecord r ON r.line_id = l.id
  WHERE l.settlement_id <> %(settlement_id)s
    AND l.activity_period_id <> ALL (%(replaced)s::bigint[])
  UNION ALL
 SELECT %(settlement_id)s, k.activity_period_id, k.department_id, unnest(k.records), k.sign
   FROM keyed k)
