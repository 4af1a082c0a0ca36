SELECT count(*) FROM ledger_settlementline
-- then
-- What a key had before is added up anew, from the posted settlements with a lower number. What a
-- mechanism adds beside tonnes × price has a check of its own.
WITH line AS (
    SELECT l.id, l.scheme_id, l.kind, l.price_per_tonne, l.settled_mgco2e, l.settled_before_mgco2e,
           l.amount_minor, l.amount_before_minor,
           coalesce(sum(l.settled_mgco2e) FILTER (WHERE s.state = 'posted') OVER earlier, 0)
               AS earlier_mg,
           coalesce(sum(l.amount_minor) FILTER (WHERE s.state = 'posted') OVER earlier, 0)
               AS earlier_minor
      FROM ledger_settlementline l
      LEFT JOIN ledger_settlement s ON s.id = l.settlement_id
    WINDOW earlier AS (
        PARTITION BY l.scheme_id, l.department_id, l.activity_period_id, l.kind, l.scope,
                     l.category, l.durability_class, l.price_id, l.incentive_rate_id,
                     l.legal_entity_id
        ORDER BY l.settlement_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT 'statement line ' || l.id,
       CASE WHEN l.settled_before_mgco2e <> l.earlier_mg OR l.amount_before_minor <> l.earlier_minor
            THEN format('says %s mgCO2e and %s minor units came before, earlier lines make %s and %s',
                        l.settled_before_mgco2e, l.amount_before_minor, l.earlier_mg,
                        l.earlier_minor)
            ELSE format('%s mgCO2e at %s a tonne is not %s minor units',
                        l.settled_before_mgco2e + l.settled_mgco2e, l.price_per_tonne,
                        l.amount_before_minor + l.amount_minor) END
  FROM line l
  JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
  JOIN ledger_commodity c ON c.code = scheme.currency  -- there once the scheme has posted
 WHERE l.settled_before_mgco2e <> l.earlier_mg OR l.amount_before_minor <> l.earlier_minor
    OR l.kind NOT IN ('levy', 'allocation')
   AND l.amount_before_minor + l.amount_minor <> coalesce(round(
           (l.settled_before_mgco2e + l.settled_mgco2e) * l.price_per_tonne
           * power(10::numeric, c.exponent) * 0.000000001), 0)
 ORDER BY l.id
