-- The statement lines: rounded once, here, on all tonnes the key has ever had.
WITH keyed AS (
    SELECT s.record_id, s.sign, s.location_mgco2e, s.market_mgco2e, s.department_id,
           p.activity_period_id, p.kind, p.scope, p.category, p.durability_class,
           p.price_id, p.incentive_rate_id, p.price_per_tonne
      FROM settling s
      JOIN priced p
        ON p.department_id = s.department_id AND p.activity_on = s.activity_on
       AND p.country = s.country AND p.record_kind = s.record_kind
       AND coalesce(p.scope, 0) = coalesce(s.scope, 0)
       AND coalesce(p.category, 0) = coalesce(s.category, 0)
       AND p.durability_class = s.durability_class
     WHERE s.sign = 1
    UNION ALL
    SELECT s.record_id, s.sign, s.location_mgco2e, s.market_mgco2e, l.department_id,
           l.activity_period_id, l.kind, l.scope, l.category, l.durability_class,
           l.price_id, l.incentive_rate_id, l.price_per_tonne
      FROM settling s JOIN ledger_settlementline l ON l.id = s.line_id
     WHERE s.sign = -1
), gathered AS (
    SELECT department_id, activity_period_id, kind, scope, category, durability_class,
           price_id, incentive_rate_id, price_per_tonne,
           sum(sign * location_mgco2e)::bigint AS location_mgco2e,
           sum(sign * market_mgco2e)::bigint AS market_mgco2e,
           sum(sign * {basis}_mgco2e)::bigint AS settled_mgco2e,
           count(*) AS record_count
      FROM keyed
     GROUP BY department_id, activity_period_id, kind, scope, category, durability_class,
              price_id, incentive_rate_id, price_per_tonne
), earlier AS (
    -- Only keys that an earlier settlement can have: looked up one by one, whatever the history.
    SELECT l.department_id, l.activity_period_id, l.kind, l.scope, l.category,
           l.durability_class, l.price_id, l.incentive_rate_id,
           sum(l.settled_mgco2e)::bigint AS settled_mgco2e,
           sum(l.amount_minor)::bigint AS amount_minor
      FROM (SELECT DISTINCT department_id, activity_period_id FROM gathered
             WHERE activity_period_id <> %(period_id)s OR %(revision)s > 1) k
     CROSS JOIN LATERAL (
           SELECT * FROM ledger_settlementline
            WHERE scheme_id = %(scheme_id)s AND department_id = k.department_id
              AND activity_period_id = k.activity_period_id OFFSET 0) l
      JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), line AS (
    INSERT INTO ledger_settlementline (
        settlement_id, shard_id, scheme_id, department_id, activity_period_id, is_true_up, kind,
        scope, category, durability_class, price_id, incentive_rate_id, price_per_tonne,
        location_mgco2e, market_mgco2e, settled_mgco2e, settled_before_mgco2e,
        amount_minor, amount_before_minor, record_count)
    SELECT %(settlement_id)s, %(shard_id)s, %(scheme_id)s, g.department_id, g.activity_period_id,
           g.activity_period_id <> %(period_id)s, g.kind, g.scope, g.category, g.durability_class,
           g.price_id, g.incentive_rate_id, g.price_per_tonne,
           g.location_mgco2e, g.market_mgco2e, g.settled_mgco2e, coalesce(e.settled_mgco2e, 0),
           -- milligrams × price per tonne → minor units: ÷ 10^9 mg a tonne, × 10^exponent
           coalesce(round((coalesce(e.settled_mgco2e, 0) + g.settled_mgco2e) * g.price_per_tonne
                          * %(minor_units_per_mg)s::numeric), 0)::bigint
               - coalesce(e.amount_minor, 0),
           coalesce(e.amount_minor, 0), g.record_count
      FROM gathered g
      LEFT JOIN earlier e
        ON e.department_id = g.department_id AND e.activity_period_id = g.activity_period_id
       AND e.kind = g.kind AND coalesce(e.scope, 0) = coalesce(g.scope, 0)
       AND coalesce(e.category, 0) = coalesce(g.category, 0)
       AND e.durability_class = g.durability_class
       AND coalesce(e.price_id, 0) = coalesce(g.price_id, 0)
       AND coalesce(e.incentive_rate_id, 0) = coalesce(g.incentive_rate_id, 0)
    RETURNING id, department_id, activity_period_id, kind, scope, category, durability_class,
              price_id, incentive_rate_id
)
INSERT INTO ledger_settledrecord (scheme_id, line_id, emission_record_id, sign)
SELECT %(scheme_id)s, line.id, k.record_id, k.sign
  FROM keyed k
  JOIN line
    ON line.department_id = k.department_id AND line.activity_period_id = k.activity_period_id
   AND line.kind = k.kind AND coalesce(line.scope, 0) = coalesce(k.scope, 0)
   AND coalesce(line.category, 0) = coalesce(k.category, 0)
   AND line.durability_class = k.durability_class
   AND coalesce(line.price_id, 0) = coalesce(k.price_id, 0)
   AND coalesce(line.incentive_rate_id, 0) = coalesce(k.incentive_rate_id, 0)
