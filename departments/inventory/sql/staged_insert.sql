-- In the order of the departments: so each index is filled page by page.
INSERT INTO inventory_activityrecord (
    department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id, note,
    is_estimated, state, correction_reason, return_reason, batch_id, created_by_id, created_at,
    doubts, import_line)
SELECT s.department_id, r.activity, s.started_on, s.ended_on, s.quantity, r.unit, r.place, r.inputs,
       s.external_id, s.note, r.is_estimated, 'draft', '', '', %(batch)s, %(by)s, %(at)s,
       d.doubts, s.line
  FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id
  LEFT JOIN inventory_staged_doubt d ON d.line = s.line
 ORDER BY s.department_id, s.line
