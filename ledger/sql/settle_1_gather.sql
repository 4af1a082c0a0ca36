-- The shard's inputs, gathered by what can make a difference to period, price or account. Between
-- two cuts no rule and no period begins or ends, so a record's day is that of its segment.
CREATE TEMPORARY TABLE gathered ON COMMIT DROP AS
SELECT i.sign, i.line_id, i.department_id,
       width_bucket(i.activity_on, %(cuts)s::date[]) AS segment,
       i.country, i.record_kind, i.scope, i.category, i.durability_class,
       (i.sign * sum(i.location_kgco2e) * 1000000)::bigint AS location_mgco2e,
       (i.sign * sum(i.market_kgco2e) * 1000000)::bigint AS market_mgco2e,
       min(i.activity_on) AS first_on,
       count(*) AS record_count,
       array_agg(i.record_id) AS records
  FROM ({inputs}) i
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
