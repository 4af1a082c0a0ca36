-- The limit: group the same records, price them, and insert entries and lines into bare tables;
-- no key, no index, no promise.
WITH charged AS MATERIALIZED (
    SELECT department_id, date_trunc('month', activity_on)::date AS month, scope, category,
           sum((market_kgco2e * 1000000)::bigint) AS mg
      FROM inventory_emissionrecord GROUP BY 1, 2, 3, 4
), priced AS (
    SELECT *, CASE WHEN scope < 3 THEN round(mg * 15 * 0.0000001)
                   WHEN category = 6 THEN round(mg * 100 * 0.0000001) ELSE 0 END AS cents
      FROM charged
), entry AS (
    INSERT INTO floor_entry
    SELECT row_number() OVER (), department_id, month
      FROM (SELECT DISTINCT department_id, month FROM priced) d RETURNING *
)
INSERT INTO floor_line
SELECT e.id, 'emissions ' || p.scope, p.mg, 0
  FROM priced p JOIN entry e ON e.department_id = p.department_id AND e.month = p.month
UNION ALL
SELECT e.id, side, CASE side WHEN 'fee' THEN s.cents ELSE 0 END,
       CASE side WHEN 'fee' THEN 0 WHEN 'fund' THEN s.cents ELSE s.mg END
  FROM (SELECT department_id, month, sum(mg) AS mg, sum(cents) AS cents
          FROM priced GROUP BY 1, 2) s
  JOIN entry e ON e.department_id = s.department_id AND e.month = s.month
 CROSS JOIN unnest(ARRAY['fee', 'fund', 'atmosphere']) side;
