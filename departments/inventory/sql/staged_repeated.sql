-- Every row whose external id stands in the file before it, and the first row of every id that is
-- recorded already; with the number of such problems, and of rows that had no problem before.
WITH keyed AS (
    SELECT line, department_id, external_id, recipe_id IS NOT NULL AS was_right
      FROM inventory_staged_row WHERE external_id <> '' AND department_id IS NOT NULL
), key AS (
    SELECT department_id, external_id, min(line) AS first_line
      FROM keyed GROUP BY department_id, external_id
), found AS (
    SELECT k.line, k.external_id, k.was_right,
           CASE WHEN k.line > key.first_line THEN key.first_line END AS first_line,
           CASE WHEN k.line = key.first_line THEN a.id END AS record_id
      FROM keyed k JOIN key USING (department_id, external_id)
      LEFT JOIN inventory_activityrecord a
        ON a.department_id = k.department_id AND a.external_id = k.external_id
       AND a.external_id <> '' AND a.supersedes_id IS NULL
)
SELECT line, external_id, first_line, record_id,
       sum((first_line IS NOT NULL)::int + (record_id IS NOT NULL)::int) OVER () AS problems,
       count(*) FILTER (WHERE was_right) OVER () AS rows
  FROM found WHERE first_line IS NOT NULL OR record_id IS NOT NULL
 ORDER BY line LIMIT %(most)s
