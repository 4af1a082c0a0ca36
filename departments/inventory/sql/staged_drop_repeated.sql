-- Rows that repeat an id of the file or of the books are not taken in where only valid rows are.
WITH first AS (
    SELECT department_id, external_id, min(line) AS line FROM inventory_staged_row
     WHERE external_id <> '' AND department_id IS NOT NULL GROUP BY department_id, external_id
)
UPDATE inventory_staged_row s SET recipe_id = NULL FROM first
 WHERE (s.department_id, s.external_id) = (first.department_id, first.external_id)
   AND s.recipe_id IS NOT NULL AND (s.line > first.line OR EXISTS (
       SELECT FROM inventory_activityrecord a
        WHERE a.department_id = s.department_id AND a.external_id = s.external_id
          AND a.external_id <> '' AND a.supersedes_id IS NULL))
