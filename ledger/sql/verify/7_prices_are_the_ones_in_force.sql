SELECT count(*) FROM ledger_settlementline WHERE price_id IS NOT NULL
-- then
SELECT 'statement line ' || l.id,
       format('charged at %s, but price %s is %s', l.price_per_tonne, p.id, p.price_per_tonne)
  FROM ledger_settlementline l JOIN pricing_carbonprice p ON p.id = l.price_id
 WHERE p.price_per_tonne <> l.price_per_tonne OR p.scheme_id <> l.scheme_id
    OR p.approved_by_id IS NULL
 ORDER BY l.id
