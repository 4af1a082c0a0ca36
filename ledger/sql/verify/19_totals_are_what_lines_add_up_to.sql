SELECT count(*) FROM ledger_departmenttotal
-- then
SELECT format('total of department %s in settlement %s', coalesce(d.code, department_id::text),
              settlement_id),
       format('kept as %s charged, %s in true-ups, %s earned, %s mg emitted, %s mg removed of %s '
              'records; lines make %s, %s, %s, %s, %s of %s',
              coalesce(k.charged, 0), coalesce(k.true_up, 0), coalesce(k.earned, 0),
              coalesce(k.emitted, 0), coalesce(k.removed, 0), coalesce(k.records, 0),
              coalesce(l.charged, 0), coalesce(l.true_up, 0), coalesce(l.earned, 0),
              coalesce(l.emitted, 0), coalesce(l.removed, 0), coalesce(l.records, 0))
  FROM (SELECT settlement_id, department_id, sum(charged_minor) AS charged,
               sum(true_up_minor) AS true_up, sum(earned_minor) AS earned,
               sum(emitted_mgco2e) AS emitted, sum(removed_mgco2e) AS removed,
               sum(record_count) AS records
          FROM ledger_departmenttotal GROUP BY 1, 2) k
  FULL JOIN (
        SELECT settlement_id, department_id,
               sum(CASE WHEN kind IN ('charge', 'levy') AND NOT is_true_up THEN amount_minor ELSE 0 END)
                   AS charged,
               sum(CASE WHEN kind IN ('charge', 'levy') AND is_true_up THEN amount_minor ELSE 0 END)
                   AS true_up,
               sum(CASE WHEN kind IN ('incentive', 'allocation') THEN amount_minor ELSE 0 END) AS earned,
               sum(CASE WHEN scope IS NULL THEN 0 ELSE settled_mgco2e END) AS emitted,
               sum(CASE WHEN scope IS NULL THEN settled_mgco2e ELSE 0 END) AS removed,
               sum(record_count) AS records
          FROM ledger_settlementline GROUP BY 1, 2) l USING (settlement_id, department_id)
  LEFT JOIN organisation_department d ON d.id = department_id
 WHERE (k.charged, k.true_up, k.earned, k.emitted, k.removed, k.records)
       IS DISTINCT FROM (l.charged, l.true_up, l.earned, l.emitted, l.removed, l.records)
UNION ALL
SELECT format('total of %s lines of settlement %s', kind, settlement_id),
       format('scope %s, period %s: kept as %s and %s mg of %s lines; lines make %s and %s mg of %s',
              coalesce(scope::text, 'none'), activity_period_id,
              coalesce(k.amount, 0), coalesce(k.settled, 0), coalesce(k.lines, 0),
              coalesce(l.amount, 0), coalesce(l.settled, 0), coalesce(l.lines, 0))
  FROM (SELECT settlement_id, scheme_id, activity_period_id, is_true_up, kind, coalesce(scope, 0) AS scope,
               coalesce(category, 0) AS category, durability_class, coalesce(price_id, 0) AS price_id,
               coalesce(price_per_tonne, -1) AS price, sum(location_mgco2e) AS location,
               sum(market_mgco2e) AS market, sum(settled_mgco2e) AS settled,
               sum(amount_minor) AS amount, sum(record_count) AS records, sum(line_count) AS lines
          FROM ledger_linetotal GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) k
  FULL JOIN (
        SELECT settlement_id, scheme_id, activity_period_id, is_true_up, kind, coalesce(scope, 0) AS scope,
               coalesce(category, 0) AS category, durability_class, coalesce(price_id, 0) AS price_id,
               coalesce(price_per_tonne, -1) AS price, sum(location_mgco2e) AS location,
               sum(market_mgco2e) AS market, sum(settled_mgco2e) AS settled,
               sum(amount_minor) AS amount, sum(record_count) AS records, count(*) AS lines
          FROM ledger_settlementline GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) l
       USING (settlement_id, scheme_id, activity_period_id, is_true_up, kind, scope, category,
              durability_class, price_id, price)
 WHERE (k.location, k.market, k.settled, k.amount, k.records, k.lines)
       IS DISTINCT FROM (l.location, l.market, l.settled, l.amount, l.records, l.lines)
 ORDER BY 1
