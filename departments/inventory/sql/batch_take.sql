-- Every record that goes now is locked by its update, and set aside with what its result depends on.
DROP TABLE IF EXISTS pg_temp.inventory_going, pg_temp.inventory_going_recipe;
CREATE TEMPORARY TABLE inventory_going (
    id bigint, department_id bigint, ended_on date, quantity numeric, activity text, unit text,
    place text, year integer, inputs jsonb, is_estimated boolean, is_edited boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_going_recipe (
    activity text, unit text, place text, year integer, inputs jsonb, is_estimated boolean,
    digest text, template jsonb, location_per_unit numeric, market_per_unit numeric,
    is_exact boolean, kind text, scope integer, category integer, country text,
    durability_class text, removal_state text, factor_id bigint, gwp_set text, quality_tier integer
) ON COMMIT DROP;
SET LOCAL work_mem = '256MB';
WITH taken AS (
    UPDATE inventory_activityrecord
       SET state = 'submitted', submitted_by_id = %(by)s, submitted_at = %(at)s,
           decided_by_id = NULL, decided_at = NULL, return_reason = ''
     WHERE batch_id = %(batch)s AND state IN ('draft', 'returned')
    RETURNING id, department_id, ended_on, quantity, activity, unit, place, inputs, is_estimated,
              edited_by_id IS NOT NULL AS is_edited)
INSERT INTO inventory_going
SELECT id, department_id, ended_on, quantity, activity, unit, place,
       extract(year FROM ended_on)::int, inputs, is_estimated, is_edited
  FROM taken;
ANALYZE inventory_going;
DELETE FROM inventory_emissionrecord e USING inventory_going g
 WHERE e.activity_record_id = g.id AND e.approval_number IS NULL;
