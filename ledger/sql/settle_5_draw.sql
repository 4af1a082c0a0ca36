-- The statement lines: rounded once, here, on all tonnes the key has ever had.
CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
WITH gathered AS MATERIALIZED (
    SELECT department_id, activity_period_id, kind, scope, category, durability_class,
           price_id, incentive_rate_id, price_per_tonne, legal_entity_id,
           sum(location_mgco2e)::bigint AS location_mgco2e,
           sum(market_mgco2e)::bigint AS market_mgco2e,
           sum({basis}_mgco2e)::bigint AS settled_mgco2e,
           sum(record_count)::bigint AS record_count
      FROM keyed
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
), earlier AS (
    -- Only keys that an earlier settlement can have: looked up one by one, whatever the history.
    SELECT l.department_id, l.activity_period_id, l.kind, l.scope, l.category,
           l.durability_class, l.price_id, l.incentive_rate_id, l.legal_entity_id,
           sum(l.settled_mgco2e)::bigint AS settled_mgco2e,
           sum(l.amount_minor)::bigint AS amount_minor
      FROM (SELECT DISTINCT department_id, activity_period_id FROM gathered
             WHERE activity_period_id <> %(period_id)s OR %(revision)s > 1) k
     CROSS JOIN LATERAL (
           SELECT * FROM ledger_settlementline
            WHERE department_id = k.department_id
              AND activity_period_id = k.activity_period_id AND scheme_id = %(scheme_id)s
           OFFSET 0) l
      JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
     WHERE l.settlement_id < %(settlement_id)s  -- a replay of an old one knows no later one
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
)
SELECT {next_id} AS id, g.*,
       coalesce(e.settled_mgco2e, 0) AS settled_before_mgco2e,
       coalesce(e.amount_minor, 0) AS amount_before_minor,
       -- milligrams × price per tonne → minor units: ÷ 10^9 mg a tonne, × 10^exponent
       coalesce(round((coalesce(e.settled_mgco2e, 0) + g.settled_mgco2e) * g.price_per_tonne
                      * %(minor_units_per_mg)s::numeric), 0)::bigint
           - coalesce(e.amount_minor, 0) AS amount_minor,
       quantity.id AS quantity_account_id, money.id AS money_account_id
  FROM gathered g
  LEFT JOIN earlier e
    ON e.department_id = g.department_id AND e.activity_period_id = g.activity_period_id
   AND e.kind = g.kind AND coalesce(e.scope, 0) = coalesce(g.scope, 0)
   AND coalesce(e.category, 0) = coalesce(g.category, 0)
   AND e.durability_class = g.durability_class
   AND coalesce(e.price_id, 0) = coalesce(g.price_id, 0)
   AND coalesce(e.incentive_rate_id, 0) = coalesce(g.incentive_rate_id, 0)
   AND coalesce(e.legal_entity_id, 0) = coalesce(g.legal_entity_id, 0)
  LEFT JOIN ledger_account quantity
    ON %(keeps_atmosphere)s AND quantity.department_id = g.department_id
   AND quantity.kind = CASE g.durability_class WHEN '' THEN 'emissions' ELSE 'removals' END
   AND coalesce(quantity.scope, 0) = coalesce(g.scope, 0)
   AND coalesce(quantity.category, 0) = coalesce(g.category, 0)
   AND quantity.durability_class = g.durability_class
  LEFT JOIN ledger_account money
    ON g.kind = ANY (%(moves_money)s) AND money.department_id = g.department_id
   AND money.scheme_id = %(scheme_id)s AND money.commodity_id = %(currency)s
   AND coalesce(money.legal_entity_id, 0) = coalesce(g.legal_entity_id, 0)
   AND money.kind = CASE g.kind WHEN 'charge' THEN 'fee_expense' ELSE 'incentive_income' END
