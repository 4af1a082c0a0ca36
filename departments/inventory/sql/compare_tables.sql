-- What the rows of a file are compared with: each other, and what is recorded of their departments
-- already. All of it goes with the transaction.
DROP TABLE IF EXISTS pg_temp.inventory_series, pg_temp.inventory_history, pg_temp.inventory_compared,
    pg_temp.inventory_usual, pg_temp.inventory_billed, pg_temp.inventory_finding,
    pg_temp.inventory_staged_unit, pg_temp.inventory_closed_days;
SET LOCAL work_mem = '256MB';
CREATE TEMPORARY TABLE inventory_staged_unit (unit text, base text, ratio numeric) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_closed_days (
    code text, first_day date, last_day date) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_finding (line integer, kind text, figures jsonb) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_series (
    id integer GENERATED ALWAYS AS IDENTITY, department_id bigint, activity text, place text,
    is_billed boolean
) ON COMMIT DROP;
INSERT INTO inventory_series (department_id, activity, place, is_billed)
SELECT DISTINCT s.department_id, r.activity, r.place, split_part(r.activity, '/', 1) = ANY (%(billed)s)
  FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id;
ANALYZE inventory_series;
CREATE TEMPORARY TABLE inventory_history ON COMMIT DROP AS
SELECT c.id AS series_id, a.id AS record_id, a.unit, a.started_on, a.ended_on, a.quantity,
       a.external_id, hashtextextended(a.inputs::text, 0) AS same
  FROM inventory_series c
  JOIN inventory_activityrecord a
    ON (a.department_id, a.activity, a.place) = (c.department_id, c.activity, c.place)
 WHERE a.state <> 'returned' AND a.id <> ALL (%(records)s)
   AND NOT EXISTS (SELECT FROM inventory_activityrecord n WHERE n.supersedes_id = a.id);
SELECT unit FROM inventory_staged_recipe UNION SELECT unit FROM inventory_history
