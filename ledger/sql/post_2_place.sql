-- The account that each row is for. Materialized, so that it is one hash join.
CREATE TEMPORARY TABLE placed ON COMMIT DROP AS
WITH account AS MATERIALIZED (
    SELECT id, code, kind, commodity_id, durability_class, coalesce(scheme_id, 0) AS scheme_id,
           coalesce(department_id, 0) AS department_id, coalesce(scope, 0) AS scope,
           coalesce(category, 0) AS category
      FROM ledger_account
)
SELECT m.department_id, m.activity_period_id, m.purpose, m.commodity_id, m.minor,
       a.id AS account_id, a.code AS account
  FROM moving m
  JOIN account a
    ON a.kind = m.kind AND a.commodity_id = m.commodity_id
   AND a.durability_class = m.durability_class
   AND a.scheme_id = coalesce(m.scheme_id, 0)
   AND a.department_id = coalesce(m.account_department_id, 0)
   AND a.scope = coalesce(m.scope, 0) AND a.category = coalesce(m.category, 0)
