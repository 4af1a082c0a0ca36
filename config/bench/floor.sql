-- The limit of settling a year: add up the same records, price them in exact integers, and insert
-- the same entries and lines into bare tables. An account is a number made of its dimensions.
WITH keyed AS MATERIALIZED (
    SELECT department_id, (date_trunc('month', activity_on) + interval '1 month')::date - 1 AS day,
           scope, category, durability_class, sum((market_kgco2e * 1000000)::bigint)::bigint AS mg
      FROM inventory_emissionrecord e
     WHERE approval_number IS NOT NULL AND activity_on < '2025-01-01'
       AND NOT EXISTS (SELECT FROM inventory_emissionrecord s
                        WHERE s.supersedes_id = e.id AND s.approval_number IS NOT NULL)
     GROUP BY 1, 2, 3, 4, 5
), priced AS MATERIALIZED (
    SELECT *, CASE durability_class WHEN '' THEN 'charge' ELSE 'incentive' END AS purpose,
           round(mg * CASE WHEN durability_class <> '' THEN 40 WHEN category = 6 THEN 100
                           WHEN scope < 3 THEN 15 ELSE 0 END * 0.0000001)::bigint AS cents
      FROM keyed
), entry AS (
    INSERT INTO floor_entry
    SELECT row_number() OVER (), day, department_id, purpose,
           'Fee ' || day || ', department ' || department_id
      FROM (SELECT DISTINCT department_id, day, purpose FROM priced) d
    RETURNING *
), billed AS MATERIALIZED (
    SELECT e.id, e.department_id, e.purpose, sum(p.mg)::bigint AS mg, sum(p.cents)::bigint AS cents
      FROM priced p
      JOIN entry e ON e.department_id = p.department_id AND e.entry_date = p.day
                  AND e.purpose = p.purpose
     GROUP BY 1, 2, 3
)
INSERT INTO floor_line
SELECT row_number() OVER (), line.*
  FROM (
    SELECT e.id, p.department_id * 100 + coalesce(p.scope, 9) * 10 + coalesce(p.category, 0),
           'KGCO2E', CASE p.purpose WHEN 'charge' THEN p.mg ELSE 0 END,
           CASE p.purpose WHEN 'charge' THEN 0 ELSE p.mg END
      FROM priced p
      JOIN entry e ON e.department_id = p.department_id AND e.entry_date = p.day
                  AND e.purpose = p.purpose
    UNION ALL
    SELECT b.id, CASE side WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE b.department_id * 100 END,
           CASE side WHEN 1 THEN 'KGCO2E' ELSE 'USD' END,
           CASE WHEN (side = 3) = (b.purpose = 'charge')
                THEN CASE side WHEN 1 THEN b.mg ELSE b.cents END ELSE 0 END,
           CASE WHEN (side = 3) = (b.purpose = 'charge')
                THEN 0 ELSE CASE side WHEN 1 THEN b.mg ELSE b.cents END END
      FROM billed b CROSS JOIN generate_series(1, 3) side
     WHERE side = 1 OR b.cents <> 0
  ) line;
