SELECT count(*) FROM ledger_settledrecord
-- then
SELECT 'statement line ' || l.id,
       format('settles %s mgCO2e, its %s records make %s', l.settled_mgco2e, l.record_count, r.mg)
  FROM ledger_settlementline l
  JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
  LEFT JOIN LATERAL (
      SELECT count(*) AS n, coalesce(sum(s.sign * 1000000 * CASE scheme.scope2_basis
                 WHEN 'market' THEN e.market_kgco2e ELSE e.location_kgco2e END), 0)::bigint AS mg
        FROM ledger_settledrecord s JOIN inventory_emissionrecord e ON e.id = s.emission_record_id
       WHERE s.line_id = l.id) r ON true
 WHERE r.mg <> l.settled_mgco2e OR r.n <> l.record_count
 ORDER BY l.id
