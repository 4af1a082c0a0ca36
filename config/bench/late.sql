WITH made AS (
    INSERT INTO inventory_activityrecord (
        department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
        note, is_estimated, state, correction_reason, return_reason, created_by_id, created_at,
        submitted_by_id, decided_by_id)
    SELECT department_id, activity, started_on, ended_on, 7, unit, place, inputs, '', note, false,
           'approved', '', '', 1, now(), 1, 2
      FROM inventory_activityrecord WHERE ended_on < '2025-01-01' ORDER BY id LIMIT %(count)s
    RETURNING id, department_id, ended_on)
INSERT INTO inventory_emissionrecord (
    activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, reason)
SELECT id, department_id, ended_on, '', 'emission', 1, NULL, '', '', 7, 7, '', 1, '{}', now(), ''
  FROM made;
SELECT inventory_number_approvals(array_agg(id)) FROM inventory_emissionrecord
 WHERE approval_number IS NULL;
