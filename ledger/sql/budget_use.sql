-- What was emitted of each carbon budget so far: approved results in force of its days that its
-- scheme charges, on the scheme's basis, settled or not.
WITH budget AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(budgets)s::jsonb) AS b(
        baseline_id bigint, department_id bigint, scope int, category int,
        starts_on date, ends_before date)
), coverage AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(coverage)s::jsonb) AS r(
        scope int, category int, starts_on date, ends_before date)
)
SELECT b.baseline_id,
       sum(CASE WHEN %(basis)s = 'location' THEN c.location_kgco2e ELSE c.market_kgco2e END)
  FROM budget b
  JOIN inventory_chargeable c
    ON c.department_id = b.department_id AND c.kind = 'emission'
   AND c.activity_on >= b.starts_on AND c.activity_on < b.ends_before
   AND c.superseded_at_number IS NULL
   AND (b.scope IS NULL OR b.scope = c.scope)
   AND (b.category IS NULL OR b.category = c.category)
   AND EXISTS (SELECT FROM coverage v
                WHERE v.scope = c.scope AND (v.category IS NULL OR v.category = c.category)
                  AND c.activity_on >= v.starts_on
                  AND (v.ends_before IS NULL OR c.activity_on < v.ends_before))
 GROUP BY 1
 ORDER BY 1
