-- What people leave beside records, so that every page has a full list on both sides: a hundred
-- departments at the least, each with a contributor and a grant; records that wait, disputes,
-- notices, events of the trail. The owner fills it without guards, after the year was settled.
SET session_replication_role = replica;
INSERT INTO organisation_department (code, name, is_illustrative)
SELECT 'D' || lpad(n::text, 6, '0'), 'Department ' || n, true
  FROM generate_series((SELECT count(*) + 1 FROM organisation_department), 100) n;
INSERT INTO organisation_departmentplacement (department_id, parent_id, legal_entity_id, in_force)
SELECT id, 1, 1, '[2020-01-01,)' FROM organisation_department d
 WHERE NOT EXISTS (SELECT FROM organisation_departmentplacement p WHERE p.department_id = d.id);
INSERT INTO organisation_user (username, password, is_superuser, first_name, last_name, email,
                               is_staff, is_active, date_joined, disabled_count)
SELECT code || '-person', '!', false, '', '', '', false, true, now(), 0
  FROM organisation_department ORDER BY id;
INSERT INTO organisation_membership (user_id, role, department_id)
SELECT u.id, 'contributor', d.id
  FROM organisation_department d JOIN organisation_user u ON u.username = d.code || '-person';
INSERT INTO organisation_costcentre (code, name, is_default, department_id, legal_entity_id, in_force)
SELECT 'CC-' || code, name, true, id, 1, '[2020-01-01,)' FROM organisation_department;

-- One record in eight arrives again and waits for another person.
WITH made AS (
    INSERT INTO inventory_activityrecord (
        department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
        note, is_estimated, state, correction_reason, return_reason, created_by_id, created_at,
        submitted_by_id)
    SELECT department_id, activity, started_on, ended_on, 8, unit, place, inputs, 'waits-' || id,
           note, id %% 3 = 0, 'submitted', '', '', 1, now(), 1
      FROM inventory_activityrecord WHERE id %% 8 = 5 AND id <= %(records)s
    RETURNING id, department_id, ended_on)
INSERT INTO inventory_emissionrecord (
    activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, reason)
SELECT id, department_id, ended_on, '', 'emission', 1 + id %% 2, NULL, '', '', 8, 8, '', 1, '{}',
       now(), ''
  FROM made;

-- One line in four is disputed; half of those are answered.
INSERT INTO ledger_dispute (line_id, department_id, reason, evidence, state, opened_by_id, opened_at,
                            decided_by_id, decided_at, answer)
SELECT id, department_id, 'Not ours', '', CASE WHEN id %% 8 = 0 THEN 'open' ELSE 'rejected' END, 1, now(),
       CASE WHEN id %% 8 = 0 THEN NULL ELSE 2 END, CASE WHEN id %% 8 = 0 THEN NULL ELSE now() END,
       CASE WHEN id %% 8 = 0 THEN '' ELSE 'It is yours' END
  FROM ledger_settlementline WHERE id %% 4 = 0;
INSERT INTO pricing_grantapplication (
    scheme_id, department_id, title, description, effect, cost_minor, asked_minor,
    saved_per_year_minor, tonnes_per_year, lifetime_years, uncertainty_percent, starts_on,
    is_illustrative, state, applied_by_id, applied_at, score_note, award_reason, decision_reason,
    end_reason)
SELECT 1, id, 'Heat pump ' || id, '', 'abatement', 5000000, 4000000, 100000, 10 + id %% 90, 10, 10,
       '2025-06-01', true, 'applied', 1, now(), '', '', '', ''
  FROM organisation_department;
INSERT INTO organisation_notice (user_id, kind, key, department_ids, facts, page, page_arguments,
                                 page_query, happened_at, digest)
SELECT u.id, 'statement_ready', 'fee/' || m || '/' || d.code, ARRAY[d.id],
       jsonb_build_object('scheme', 'Fee', 'period', m, 'departments', jsonb_build_array(d.code), 'more', 0),
       'bill', ARRAY[d.code, 'fee', m], '', now(), ''
  FROM organisation_department d CROSS JOIN unnest(%(months)s::text[]) m
  JOIN organisation_user u ON u.username IN (d.code || '-person', 'analyst')
 WHERE u.username <> 'analyst' OR m = '2024-12';
INSERT INTO organisation_auditevent (at, xid, table_name, object_key, action, person_id, request_id,
                                     program, database_role, reason, changed, after)
SELECT now(), n, (ARRAY['pricing_carbonprice', 'organisation_department', 'ledger_dispute'])[1 + n %% 3],
       n::text, 'added', 1, '', 'bench', 'bench', '', '{}', '{"note": "bench"}'
  FROM generate_series(1, 200 + %(records)s / 10) n;
SET session_replication_role = origin;
