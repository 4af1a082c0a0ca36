-- The key of each new combination: its period, whether the scheme covers it, its price.
CREATE TEMPORARY TABLE priced ON COMMIT DROP AS
WITH price_rule AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(price_rules)s::jsonb) AS r(
        price_id bigint, price_per_tonne numeric, department_id bigint, scope int, category int,
        country text, starts_on date, ends_before date, rank int)
), coverage AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(coverage)s::jsonb) AS r(
        scope int, category int, starts_on date, ends_before date)
), incentive_rule AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(incentive_rules)s::jsonb) AS r(
        rate_id bigint, rate_per_tonne numeric, durability_class text,
        starts_on date, ends_before date)
), combination AS (
    SELECT DISTINCT department_id, activity_on, country, record_kind, scope, category,
           durability_class
      FROM settling WHERE sign = 1
), covered AS (
    SELECT c.*, c.record_kind = 'emission' AND EXISTS (
               SELECT FROM coverage v
                WHERE v.scope = c.scope AND (v.category IS NULL OR v.category = c.category)
                  AND c.activity_on >= v.starts_on
                  AND (v.ends_before IS NULL OR c.activity_on < v.ends_before)) AS is_covered
      FROM combination c
)
SELECT c.department_id, c.activity_on, c.country, c.record_kind, c.scope, c.category,
       c.durability_class, c.is_covered, p.id AS activity_period_id,
       CASE WHEN c.is_covered THEN 'charge'
            WHEN rate.rate_id IS NOT NULL THEN 'incentive'
            ELSE 'recorded' END AS kind,
       price.price_id, rate.rate_id AS incentive_rate_id,
       coalesce(price.price_per_tonne, rate.rate_per_tonne) AS price_per_tonne
  FROM covered c
  JOIN ledger_accountingperiod p ON p.days @> c.activity_on
  LEFT JOIN LATERAL (
      SELECT r.price_id, r.price_per_tonne FROM price_rule r
       WHERE c.is_covered
         AND (r.department_id IS NULL OR r.department_id = c.department_id)
         AND (r.scope IS NULL OR r.scope = c.scope)
         AND (r.category IS NULL OR r.category = c.category)
         AND (r.country = '' OR r.country = c.country)
         AND c.activity_on >= r.starts_on
         AND (r.ends_before IS NULL OR c.activity_on < r.ends_before)
       ORDER BY r.rank LIMIT 1) price ON true
  LEFT JOIN LATERAL (
      SELECT r.rate_id, r.rate_per_tonne FROM incentive_rule r
       WHERE c.record_kind = 'removal' AND r.durability_class = c.durability_class
         AND c.activity_on >= r.starts_on
         AND (r.ends_before IS NULL OR c.activity_on < r.ends_before)
       LIMIT 1) rate ON true
