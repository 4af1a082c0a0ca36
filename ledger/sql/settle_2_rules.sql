-- The prices that the settlement began with, to be found by department; and the days on which a
-- department is in other books than the fund's.
CREATE TEMPORARY TABLE price_rule ON COMMIT DROP AS
SELECT coalesce(r.department_id, 0) AS department_id, r.price_id, r.price_per_tonne, r.scope,
       r.category, r.country, r.starts_on, r.ends_before, r.rank
  FROM jsonb_to_recordset(%(price_rules)s::jsonb) AS r(
       price_id bigint, price_per_tonne numeric, department_id bigint, scope int, category int,
       country text, starts_on date, ends_before date, rank int);
CREATE INDEX ON price_rule (department_id, rank);
CREATE TEMPORARY TABLE entity_rule ON COMMIT DROP AS
SELECT r.* FROM jsonb_to_recordset(%(entity_rules)s::jsonb) AS r(
       department_id bigint, legal_entity_id bigint, starts_on date, ends_before date);
CREATE INDEX ON entity_rule (department_id)
