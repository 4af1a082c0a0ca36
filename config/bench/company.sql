-- A company of %(departments)s departments and %(records)s approved records over twelve months,
-- always the same: the figures follow from the record's number. The owner fills the tables without
-- their guards: an approval number is otherwise drawn by the database, one record at a time.
INSERT INTO organisation_user (id, username, password, is_superuser, first_name, last_name, email,
                               is_staff, is_active, date_joined, disabled_count)
VALUES (1, 'analyst', '!', false, '', '', '', true, true, now(), 0),
       (2, 'approver', '!', false, '', '', '', true, true, now(), 0),
       (3, 'finance', '!', false, '', '', '', true, true, now(), 0),
       (4, 'administrator', '!', false, '', '', '', true, true, now(), 0);
INSERT INTO organisation_membership (user_id, role)
VALUES (1, 'sustainability_analyst'), (2, 'sustainability_approver'), (3, 'finance'),
       (4, 'administrator');
INSERT INTO ledger_accountingperiod (code, days, state)
SELECT to_char(day, 'YYYY-MM'), daterange(day::date, (day + interval '1 month')::date), 'open'
  FROM generate_series('2024-01-01'::date, '2025-01-01', interval '1 month') day;

SET session_replication_role = replica;
INSERT INTO organisation_legalentity (id, code, name, country, currency)
VALUES (1, 'BENCH', 'Bench company', 'US', 'USD');
INSERT INTO organisation_department (id, code, name, is_illustrative)
SELECT n, 'D' || lpad(n::text, 6, '0'), 'Department ' || n, true
  FROM generate_series(1, %(departments)s) n;
INSERT INTO organisation_departmentplacement (department_id, parent_id, legal_entity_id, in_force)
SELECT n, CASE WHEN n > 1 THEN 1 + (n - 2) / 20 END, 1, '[2020-01-01,)'
  FROM generate_series(1, %(departments)s) n;
INSERT INTO pricing_scheme (id, code, name, mechanism, currency, scope2_basis, starts_on,
                            keeps_atmosphere, purpose, is_illustrative, fund_may_overdraw, contributions_lapse)
VALUES (1, 'fee', 'Fee', 'fee', 'USD', 'market', '2024-01-01', true, '', true, false, false);
INSERT INTO pricing_schemecoverage (scheme_id, scope, category, in_force)
VALUES (1, 1, NULL, '[2020-01-01,)'), (1, 2, NULL, '[2020-01-01,)'), (1, 3, 6, '[2020-01-01,)');
INSERT INTO pricing_carbonprice (scheme_id, scope, category, country, price_per_tonne, in_force,
                                 reason, source_url, proposed_by_id, proposed_at, approved_by_id)
VALUES (1, NULL, NULL, '', 15, '[2020-01-01,)', '', '', 1, now(), 2),
       (1, 3, 6, '', 100, '[2020-01-01,)', '', '', 1, now(), 2);
INSERT INTO pricing_incentiverate (scheme_id, durability_class, rate_per_tonne, in_force, reason,
                                   proposed_by_id, proposed_at, approved_by_id)
VALUES (1, 'medium', 40, '[2020-01-01,)', '', 1, now(), 2);

-- Of 1,000 records: 250 Scope 1, 300 Scope 2, 245 travel, 200 purchases (recorded, not charged)
-- and 5 verified removals; a department has about eight a month.
CREATE TABLE bench_record AS
SELECT n AS id, 1 + n %% %(departments)s AS department_id,
       '2024-01-01'::date + (hashint8extended(n, 1) & 2147483647)::int %% 366 AS activity_on,
       (hashint8extended(n, 2) & 2147483647)::int %% 1000 AS draw,
       1 + ((hashint8extended(n, 3) & 2147483647) %% 99990000)::numeric / 1000 AS kgco2e
  FROM generate_series(1, %(records)s) n;
INSERT INTO inventory_activityrecord (
    id, department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
    note, is_estimated, state, correction_reason, return_reason, created_by_id, created_at,
    submitted_by_id, decided_by_id)
SELECT id, department_id, 'reported/scope-1', activity_on, activity_on, kgco2e, 'kg', '', '{}', '',
       '', false, 'approved', '', '', 1, now(), 1, 2
  FROM bench_record;
INSERT INTO inventory_emissionrecord (
    id, activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, approval_number, reason)
SELECT id, id, department_id, activity_on, '',
       CASE WHEN draw >= 995 THEN 'removal' ELSE 'emission' END,
       CASE WHEN draw < 250 THEN 1 WHEN draw < 550 THEN 2 WHEN draw < 995 THEN 3 END,
       CASE WHEN draw BETWEEN 550 AND 794 THEN 6 WHEN draw BETWEEN 795 AND 994 THEN 1 END,
       CASE WHEN draw >= 995 THEN 'medium' ELSE '' END,
       CASE WHEN draw >= 995 THEN 'verified' ELSE '' END,
       CASE WHEN draw BETWEEN 250 AND 549 THEN kgco2e * 8 ELSE kgco2e END, kgco2e,
       '', 1, '{}', now(), id, ''
  FROM bench_record;
-- One in a hundred was recalculated before it was ever settled: the new result counts.
INSERT INTO inventory_emissionrecord (
    id, activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, approval_number, reason, supersedes_id, proposed_by_id, approved_by_id)
SELECT %(records)s + row_number() OVER (ORDER BY id), activity_record_id, department_id,
       activity_on, country, kind, scope, category, durability_class, removal_state,
       location_kgco2e * 1.1, market_kgco2e * 1.1, gwp_set, quality_tier, trace, now(),
       %(records)s + row_number() OVER (ORDER BY id), 'bench', id, 1, 2
  FROM inventory_emissionrecord WHERE id %% 100 = 7;
SET session_replication_role = origin;
DROP TABLE bench_record;
SELECT inventory_sum_results(ARRAY(SELECT id FROM inventory_emissionrecord));

SELECT setval('organisation_user_id_seq', (SELECT max(id) FROM organisation_user)),
       setval('organisation_department_id_seq', (SELECT max(id) FROM organisation_department)),
       setval('inventory_activityrecord_id_seq', (SELECT max(id) FROM inventory_activityrecord)),
       setval('inventory_emissionrecord_id_seq', (SELECT max(id) FROM inventory_emissionrecord)),
       setval('inventory_approval_number',
              (SELECT max(approval_number) FROM inventory_emissionrecord));
