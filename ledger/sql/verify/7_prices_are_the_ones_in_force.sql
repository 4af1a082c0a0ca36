SELECT count(*) FROM ledger_settlementline WHERE price_id IS NOT NULL OR incentive_rate_id IS NOT NULL
-- then
-- Prices of a department reach those below it as the tree stood when the settlement was created:
-- the rules it keeps say so, and later moves change nothing.
WITH rule AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.*,
           max(r.department_id) FILTER (WHERE r.distance = 0) OVER (PARTITION BY s.id, r.price_id)
               AS price_department_id
      FROM ledger_settlement s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'price_rules') AS r(
           price_id bigint, department_id bigint, distance int, starts_on date, ends_before date)
     WHERE r.department_id IS NOT NULL
), coverage AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.*
      FROM ledger_settlement s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'coverage') AS r(
           scope int, category int, starts_on date, ends_before date)
), settled AS MATERIALIZED (
    SELECT l.id AS line_id, l.settlement_id, l.department_id, l.kind, l.price_id,
           l.incentive_rate_id, e.id AS record_id, e.activity_on, e.country, e.scope, e.category
      FROM ledger_settledrecord r
      JOIN ledger_settlementline l ON l.id = r.line_id
      JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
     WHERE r.sign = 1
), wrong AS (
    SELECT l.id AS line_id,
           CASE WHEN l.kind = 'charge' AND p.id IS NULL THEN 'is charged without a price'
                WHEN l.kind = 'incentive' AND i.id IS NULL THEN 'earns without a rate'
                WHEN p.id IS NULL AND i.id IS NULL THEN 'has a price though nothing is charged'
                WHEN p.id IS NOT NULL AND p.approved_by_id IS NULL
                THEN format('price %s is not approved', p.id)
                WHEN i.id IS NOT NULL AND i.approved_by_id IS NULL
                THEN format('rate %s is not approved', i.id)
                WHEN p.price_per_tonne <> l.price_per_tonne
                THEN format('charged at %s, but price %s is %s', l.price_per_tonne, p.id,
                            p.price_per_tonne)
                WHEN i.rate_per_tonne <> l.price_per_tonne
                THEN format('earns %s, but rate %s is %s', l.price_per_tonne, i.id,
                            i.rate_per_tonne)
                ELSE format('%s %s is for another scheme, scope, category or durability',
                            CASE WHEN p.id IS NULL THEN 'rate' ELSE 'price' END,
                            coalesce(p.id, i.id)) END AS detail
      FROM ledger_settlementline l
      LEFT JOIN pricing_carbonprice p ON p.id = l.price_id
      LEFT JOIN pricing_incentiverate i ON i.id = l.incentive_rate_id
     WHERE (p.id IS NOT NULL) <> (l.kind = 'charge')
        OR (i.id IS NOT NULL) <> (l.kind = 'incentive')
        OR (l.price_id IS NOT NULL) <> (l.kind = 'charge')
        OR (l.incentive_rate_id IS NOT NULL) <> (l.kind = 'incentive')
        OR (l.price_per_tonne IS NULL) <> (l.kind IN ('recorded', 'levy', 'allocation'))
        OR p.price_per_tonne <> l.price_per_tonne OR p.scheme_id <> l.scheme_id
        OR p.id IS NOT NULL AND p.approved_by_id IS NULL
        OR p.scope <> coalesce(l.scope, 0) OR p.category <> coalesce(l.category, 0)
        OR i.rate_per_tonne <> l.price_per_tonne OR i.scheme_id <> l.scheme_id
        OR i.id IS NOT NULL AND i.approved_by_id IS NULL
        OR i.durability_class <> l.durability_class
    UNION ALL
    SELECT t.line_id,
           format('price %s was not in force for record %s, activity of %s', min(p.id),
                  min(t.record_id), min(t.activity_on))
      FROM settled t
      JOIN pricing_carbonprice p ON p.id = t.price_id
     WHERE NOT p.in_force @> t.activity_on OR p.country NOT IN ('', t.country)
        OR p.department_id <> t.department_id AND NOT EXISTS (
               SELECT FROM rule r
                WHERE r.settlement_id = t.settlement_id AND r.price_id = p.id
                  AND r.price_department_id = p.department_id
                  AND r.department_id = t.department_id AND t.activity_on >= r.starts_on
                  AND (r.ends_before IS NULL OR t.activity_on < r.ends_before))
     GROUP BY 1
    UNION ALL
    SELECT t.line_id,
           format('rate %s was not in force for record %s, activity of %s', min(i.id),
                  min(t.record_id), min(t.activity_on))
      FROM settled t
      JOIN pricing_incentiverate i ON i.id = t.incentive_rate_id
     WHERE NOT i.in_force @> t.activity_on
     GROUP BY 1
    UNION ALL
    SELECT t.line_id,
           format('record %s is %s, and the scheme''s coverage says otherwise', min(t.record_id),
                  CASE t.kind WHEN 'charge' THEN 'charged' ELSE 'not charged' END)
      FROM settled t
     WHERE (t.kind = 'charge') <> EXISTS (
               SELECT FROM coverage v
                WHERE v.settlement_id = t.settlement_id AND v.scope = t.scope
                  AND (v.category IS NULL OR v.category = t.category)
                  AND t.activity_on >= v.starts_on
                  AND (v.ends_before IS NULL OR t.activity_on < v.ends_before))
     GROUP BY 1, t.kind
    UNION ALL
    SELECT back.id, format('takes record %s back at another price than line %s settled it',
                           min(taken.emission_record_id), min(l.id))
      FROM ledger_settledrecord taken
      JOIN ledger_settlementline back ON back.id = taken.line_id
      JOIN ledger_settledrecord given
        ON given.scheme_id = taken.scheme_id AND given.sign = 1
       AND given.emission_record_id = taken.emission_record_id
      JOIN ledger_settlementline l ON l.id = given.line_id
     WHERE taken.sign = -1
       AND (l.kind, l.price_id, l.incentive_rate_id, l.price_per_tonne) IS DISTINCT FROM
           (back.kind, back.price_id, back.incentive_rate_id, back.price_per_tonne)
     GROUP BY back.id
)
SELECT 'statement line ' || line_id, detail FROM wrong ORDER BY line_id, detail
