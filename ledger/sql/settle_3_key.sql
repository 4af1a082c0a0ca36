-- The line key of what was gathered: its period, whether the scheme covers it, its price. What is
-- taken back keeps the key of the line that settled it.
CREATE TEMPORARY TABLE keyed ON COMMIT DROP AS
WITH segment AS MATERIALIZED (
    SELECT s.number, s.day, p.id AS activity_period_id
      FROM unnest(%(cuts)s::date[]) WITH ORDINALITY AS s(day, number)
      JOIN ledger_accountingperiod p ON p.days @> s.day
), coverage AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(coverage)s::jsonb) AS r(
        scope int, category int, starts_on date, ends_before date)
), incentive_rule AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(incentive_rules)s::jsonb) AS r(
        rate_id bigint, rate_per_tonne numeric, durability_class text,
        starts_on date, ends_before date)
), covered AS (
    SELECT g.*, s.day, s.activity_period_id, g.record_kind = 'emission' AND EXISTS (
               SELECT FROM coverage v
                WHERE v.scope = g.scope AND (v.category IS NULL OR v.category = g.category)
                  AND s.day >= v.starts_on
                  AND (v.ends_before IS NULL OR s.day < v.ends_before)) AS is_covered
      FROM gathered g JOIN segment s ON s.number = g.segment
     WHERE g.sign = 1
)
SELECT c.sign, c.department_id, c.activity_period_id,
       CASE WHEN c.is_covered THEN 'charge'
            WHEN rate.rate_id IS NOT NULL THEN 'incentive'
            ELSE 'recorded' END AS kind,
       c.scope, c.category, c.durability_class, price.price_id, rate.rate_id AS incentive_rate_id,
       coalesce(price.price_per_tonne, rate.rate_per_tonne) AS price_per_tonne,
       c.location_mgco2e, c.market_mgco2e, c.record_count, c.records, c.first_on,
       CASE WHEN c.is_covered OR rate.rate_id IS NOT NULL
            THEN coalesce(books.legal_entity_id, %(fund_entity_id)s::bigint) END AS legal_entity_id
  FROM covered c
  LEFT JOIN LATERAL (
      SELECT r.price_id, r.price_per_tonne FROM price_rule r
       WHERE c.is_covered AND r.department_id IN (0, c.department_id)
         AND (r.scope IS NULL OR r.scope = c.scope)
         AND (r.category IS NULL OR r.category = c.category)
         AND (r.country = '' OR r.country = c.country)
         AND c.day >= r.starts_on AND (r.ends_before IS NULL OR c.day < r.ends_before)
       ORDER BY r.rank LIMIT 1) price ON true
  LEFT JOIN LATERAL (
      SELECT r.rate_id, r.rate_per_tonne FROM incentive_rule r
       WHERE c.record_kind = 'removal' AND r.durability_class = c.durability_class
         AND c.day >= r.starts_on AND (r.ends_before IS NULL OR c.day < r.ends_before)
       LIMIT 1) rate ON true
  LEFT JOIN entity_rule books
    ON books.department_id = c.department_id
   AND (books.starts_on IS NULL OR c.day >= books.starts_on)
   AND (books.ends_before IS NULL OR c.day < books.ends_before)
UNION ALL
SELECT g.sign, l.department_id, l.activity_period_id, l.kind, l.scope, l.category,
       l.durability_class, l.price_id, l.incentive_rate_id, l.price_per_tonne,
       g.location_mgco2e, g.market_mgco2e, g.record_count, g.records, g.first_on,
       l.legal_entity_id
  FROM gathered g JOIN ledger_settlementline l ON l.id = g.line_id
 WHERE g.sign = -1
