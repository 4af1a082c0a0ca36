-- One record in a hundred arrives again for the same department and day, after the year was
-- settled. The owner writes them without guards, as in company.sql; what is measured comes after.
SET session_replication_role = replica;
WITH made AS (
    INSERT INTO inventory_activityrecord (
        department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
        note, is_estimated, state, correction_reason, return_reason, created_by_id, created_at,
        submitted_by_id, decided_by_id)
    SELECT department_id, activity, started_on, ended_on, 7, unit, place, inputs, '', note, false,
           'approved', '', '', 1, now(), 1, 2
      FROM inventory_activityrecord WHERE id %% 100 = 3 AND id <= %(records)s
    RETURNING id, department_id, ended_on)
INSERT INTO inventory_emissionrecord (
    activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, reason, approval_number)
SELECT id, department_id, ended_on, '', 'emission', 1 + id %% 2, NULL, '', '', 7, 7, '', 1, '{}',
       now(), '', nextval('inventory_approval_number')
  FROM made;
SET session_replication_role = origin;
SELECT inventory_sum_results(ARRAY(
    SELECT id FROM inventory_emissionrecord
     WHERE approval_number > %(records)s + %(records)s / 100));
