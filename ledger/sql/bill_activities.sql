-- What some statement lines are made of that could be done another way: by line, activity, place and
-- unit, what was done and its kilograms on the basis that the scheme charges.
SELECT r.line_id, a.activity, a.place, a.unit,
       sum(r.sign * a.quantity) AS quantity,
       sum(r.sign * CASE WHEN l.scope = 2 AND %(basis)s = 'location' THEN e.location_kgco2e
                         ELSE e.market_kgco2e END) AS kgco2e
  FROM ledger_settledrecord r
  JOIN ledger_settlementline l ON l.id = r.line_id
  JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
  JOIN inventory_activityrecord a ON a.id = e.activity_record_id
 WHERE r.line_id = ANY(%(lines)s) AND a.activity LIKE ANY(%(patterns)s)
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2, 3, 4
