SELECT count(*) FROM ledger_settledrecord
-- then
WITH settled AS MATERIALIZED (
    SELECT s.emission_record_id AS id, s.line_id, s.scheme_id, s.sign, e.id AS record_id, e.department_id,
           e.activity_on, e.scope, e.category, e.durability_class,
           s.sign * (e.location_kgco2e * 1000000)::bigint AS location_mg,
           s.sign * (e.market_kgco2e * 1000000)::bigint AS market_mg
      FROM ledger_settledrecord s
      LEFT JOIN inventory_emissionrecord e ON e.id = s.emission_record_id
), added AS (
    SELECT line_id, count(*) AS n, sum(location_mg) AS location_mg, sum(market_mg) AS market_mg
      FROM settled GROUP BY 1
)
SELECT 'statement line ' || l.id,
       format('settles %s mgCO2e (location %s, market %s) of %s records; its %s records make '
              'location %s, market %s', l.settled_mgco2e, l.location_mgco2e, l.market_mgco2e,
              l.record_count, coalesce(a.n, 0), coalesce(a.location_mg, 0),
              coalesce(a.market_mg, 0))
  FROM ledger_settlementline l
  JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
  LEFT JOIN added a ON a.line_id = l.id
 WHERE coalesce(a.n, 0) <> l.record_count
    OR coalesce(a.location_mg, 0) <> l.location_mgco2e
    OR coalesce(a.market_mg, 0) <> l.market_mgco2e
    OR l.settled_mgco2e <> CASE scheme.scope2_basis WHEN 'market' THEN coalesce(a.market_mg, 0)
                                                    ELSE coalesce(a.location_mg, 0) END
UNION ALL
SELECT 'statement line ' || l.id,
       format('its department, period, scope, category or durability is not that of record %s',
              min(r.record_id))
  FROM settled r
  JOIN ledger_settlementline l ON l.id = r.line_id
  JOIN ledger_accountingperiod p ON p.id = l.activity_period_id
 WHERE l.department_id <> r.department_id OR NOT p.days @> r.activity_on
    OR coalesce(l.scope, 0) <> coalesce(r.scope, 0)
    OR coalesce(l.category, 0) <> coalesce(r.category, 0)
    OR l.durability_class <> r.durability_class
 GROUP BY l.id
UNION ALL
SELECT 'statement line ' || l.id,
       'its scheme, or whether it is a true-up, is not as its settlement says'
  FROM ledger_settlementline l
  LEFT JOIN ledger_settlement s ON s.id = l.settlement_id
 WHERE s.id IS NULL OR l.scheme_id <> s.scheme_id
    OR l.is_true_up <> (l.activity_period_id <> s.period_id)
UNION ALL
SELECT 'settled record ' || r.id, 'there is no such record, or no such line of its scheme'
  FROM settled r
  LEFT JOIN ledger_settlementline l ON l.id = r.line_id
 WHERE r.record_id IS NULL OR l.id IS NULL OR l.scheme_id <> r.scheme_id
 ORDER BY 1
