-- Shard by shard, how many inputs there are and the SHA-256 over them, sorted; and those that lie in
-- no accounting period.
WITH input AS MATERIALIZED (
    SELECT i.record_id, i.sign, i.department_id, i.activity_on FROM ({inputs}) i
), shards AS MATERIALIZED (
    SELECT least(greatest(count(*) / %(records_per_shard)s, %(fewest_shards)s), %(most_shards)s)
               AS number
      FROM input
), digested AS (
    SELECT i.department_id %% s.number AS shard, count(*) AS n,
           encode(sha256(convert_to(string_agg(
               i.record_id || ':' || i.sign, E'\n' ORDER BY i.record_id, i.sign), 'UTF8')), 'hex')
               AS sha256
      FROM input i, shards s GROUP BY 1
), outside AS (
    SELECT sum(d.n) AS n, min(d.activity_on) AS first_on, max(d.activity_on) AS last_on
      FROM (SELECT activity_on, count(*) AS n FROM input GROUP BY 1) d
     WHERE NOT EXISTS (SELECT FROM ledger_accountingperiod p WHERE p.days @> d.activity_on)
)
SELECT number.shard, coalesce(d.n, 0), coalesce(d.sha256, encode(sha256(''), 'hex')),
       coalesce(outside.n, 0)::bigint, outside.first_on, outside.last_on
  FROM shards
 CROSS JOIN generate_series(0, shards.number - 1) AS number(shard)
 CROSS JOIN outside
  LEFT JOIN digested d ON d.shard = number.shard
 ORDER BY 1
