-- What statement lines are made of, by activity, place and price. The ids are those of two bills.
SELECT r.line_id = ANY(%(before)s) AS is_before, l.scope, l.category, a.activity, a.place, a.unit,
       sum(r.sign * a.quantity) AS quantity,
       sum(r.sign * CASE WHEN l.scope = 2 AND %(basis)s = 'location' THEN e.location_kgco2e
                         ELSE e.market_kgco2e END) AS kgco2e,
       coalesce(l.price_per_tonne, 0) AS price_per_tonne
  FROM ledger_settledrecord r
  JOIN ledger_settlementline l ON l.id = r.line_id
  JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
  JOIN inventory_activityrecord a ON a.id = e.activity_record_id
 WHERE r.line_id = ANY(%(lines)s)
 GROUP BY 1, l.scope, l.category, a.activity, a.place, a.unit, l.price_per_tonne
