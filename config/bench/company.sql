-- A company of %(departments)s departments and %(records)s approved records over twelve months,
-- always the same: the figures follow from the record's number. The owner fills the tables without
-- their guards: an approval number is otherwise drawn by the database.
SET session_replication_role = replica;
INSERT INTO organisation_user (id, username, password, is_superuser, first_name, last_name, email,
                               is_staff, is_active, date_joined)
VALUES (1, 'analyst', '!', false, '', '', '', true, true, now()),
       (2, 'approver', '!', false, '', '', '', true, true, now()),
       (3, 'finance', '!', false, '', '', '', true, true, now());
INSERT INTO organisation_membership (user_id, role)
VALUES (1, 'sustainability_analyst'), (2, 'sustainability_approver'), (3, 'finance');
INSERT INTO organisation_legalentity (id, code, name, country, currency)
VALUES (1, 'BENCH', 'Bench company', 'US', 'USD');
INSERT INTO organisation_department (id, code, name, is_illustrative)
SELECT n, 'D' || lpad(n::text, 6, '0'), 'Department ' || n, true
  FROM generate_series(1, %(departments)s) n;
INSERT INTO organisation_departmentplacement (department_id, parent_id, legal_entity_id, in_force)
SELECT n, CASE WHEN n > 1 THEN 1 + (n - 2) / 20 END, 1, '[2020-01-01,)'
  FROM generate_series(1, %(departments)s) n;
INSERT INTO ledger_accountingperiod (code, days, state)
SELECT to_char(day, 'YYYY-MM'), daterange(day::date, (day + interval '1 month')::date), 'open'
  FROM generate_series('2024-01-01'::date, '2025-01-01', interval '1 month') day;
INSERT INTO pricing_scheme (id, code, name, mechanism, currency, scope2_basis, starts_on,
                            keeps_atmosphere, purpose, is_illustrative)
VALUES (1, 'fee', 'Fee', 'fee', 'USD', 'market', '2024-01-01', true, '', true);
INSERT INTO pricing_schemecoverage (scheme_id, scope, category, in_force)
VALUES (1, 1, NULL, '[2020-01-01,)'), (1, 2, NULL, '[2020-01-01,)'), (1, 3, 6, '[2020-01-01,)');
INSERT INTO pricing_carbonprice (scheme_id, scope, category, country, price_per_tonne, in_force,
                                 reason, source_url, proposed_by_id, proposed_at, approved_by_id)
VALUES (1, NULL, NULL, '', 15, '[2020-01-01,)', '', '', 1, now(), 2),
       (1, 3, 6, '', 100, '[2020-01-01,)', '', '', 1, now(), 2);
INSERT INTO inventory_activityrecord (
    id, department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
    note, is_estimated, state, correction_reason, return_reason, created_by_id, created_at,
    submitted_by_id, decided_by_id)
SELECT n, 1 + n %% %(departments)s, 'reported/scope-1', day, day, 1 + n %% 9973, 'kg', '', '{}', '',
       '', false, 'approved', '', '', 1, now(), 1, 2
  FROM (SELECT n, '2024-01-01'::date + (n %% 366)::int AS day
          FROM generate_series(1, %(records)s) n) made;
INSERT INTO inventory_emissionrecord (
    activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace,
    calculated_at, approval_number, reason)
SELECT id, department_id, ended_on, '', 'emission', 1 + id %% 3,
       CASE WHEN id %% 3 = 2 THEN CASE WHEN id %% 2 = 0 THEN 6 ELSE 1 END END, '', '',
       quantity * 1.234567, quantity * 0.987654, '', 1, '{}', now(), id, ''
  FROM inventory_activityrecord;
SELECT setval('inventory_approval_number', %(records)s);
SELECT setval('inventory_activityrecord_id_seq', %(records)s);
CREATE TABLE floor_entry (id bigint, department_id bigint, month date);
CREATE TABLE floor_line (entry_id bigint, account text, debit bigint, credit bigint);
GRANT SELECT, INSERT ON floor_entry, floor_line TO carbon_app;
ANALYZE;
