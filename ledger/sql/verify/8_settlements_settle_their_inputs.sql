SELECT count(*) FROM ledger_settlement WHERE state = 'posted'
-- then
-- Each shard settled what it was created over, and the settlement keeps the digest of its shards.
WITH settled AS (
    SELECT l.shard_id, count(*) AS n,
           encode(sha256(convert_to(string_agg(
               r.emission_record_id || ':' || r.sign, E'\n'
               ORDER BY r.emission_record_id, r.sign), 'UTF8')), 'hex') AS sha256
      FROM ledger_settledrecord r
      JOIN ledger_settlementline l ON l.id = r.line_id
     GROUP BY 1
), shard AS (
    SELECT h.settlement_id, h.number, h.input_count, h.input_sha256, coalesce(s.n, 0) AS n,
           coalesce(s.sha256, encode(sha256(''), 'hex')) AS sha256
      FROM ledger_settlementshard h
      LEFT JOIN settled s ON s.shard_id = h.id
)
SELECT 'settlement ' || k.id,
       CASE WHEN (h.n, h.sha256) <> (h.input_count, h.input_sha256)
            THEN format('shard %s was created over %s records; what its lines settle, %s records, %s',
                        h.number, h.input_count, h.n,
                        CASE WHEN h.n = h.input_count THEN 'are others' ELSE 'are not as many' END)
            ELSE format('was created over %s records; its shards say otherwise', k.record_count) END
  FROM ledger_settlement k
  JOIN shard h ON h.settlement_id = k.id
  JOIN (SELECT settlement_id, sum(input_count) AS n, count(*) AS shards,
               encode(sha256(convert_to(string_agg(
                   number || ':' || input_count || ':' || input_sha256, E'\n' ORDER BY number),
                   'UTF8')), 'hex') AS sha256
          FROM shard GROUP BY 1) w ON w.settlement_id = k.id
 WHERE k.state = 'posted'
   AND ((h.n, h.sha256) <> (h.input_count, h.input_sha256)
        OR (w.n, w.sha256, w.shards) <> (k.record_count, k.input_sha256, k.shard_count))
UNION ALL
SELECT 'settlement ' || k.id, 'has no shards'
  FROM ledger_settlement k
 WHERE k.state = 'posted'
   AND NOT EXISTS (SELECT FROM ledger_settlementshard h WHERE h.settlement_id = k.id)
 ORDER BY 1, 2
