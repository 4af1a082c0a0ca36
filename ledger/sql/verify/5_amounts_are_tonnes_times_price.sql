SELECT count(*) FROM ledger_settlementline
-- then
SELECT 'statement line ' || l.id,
       format('%s mgCO2e at %s a tonne is not %s minor units', l.settled_before_mgco2e + l.settled_mgco2e,
              l.price_per_tonne, l.amount_before_minor + l.amount_minor)
  FROM ledger_settlementline l
  JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
  JOIN ledger_commodity c ON c.code = scheme.currency
 WHERE l.amount_before_minor + l.amount_minor <> coalesce(round(
           (l.settled_before_mgco2e + l.settled_mgco2e) * l.price_per_tonne
           * power(10::numeric, c.exponent) * 0.000000001), 0)
 ORDER BY l.id
