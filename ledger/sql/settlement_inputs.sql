-- What a settlement takes in: +1 for each approved result not yet settled, -1 for each settled one
-- that has been superseded since, with the line that settled it. Days that no settlement has reached
-- are found by day, the late and the superseded by approval number: a late settlement costs what is
-- new, not what is old.
SELECT c.id AS record_id, 1 AS sign, c.department_id, c.activity_on, c.country,
       c.kind AS record_kind, c.scope, c.category, c.durability_class, c.location_kgco2e,
       c.market_kgco2e, NULL::bigint AS line_id
  FROM inventory_chargeable c
 WHERE c.approval_number <= %(through)s
   AND c.activity_on >= greatest(%(settled_until)s::date, %(starts_on)s::date)
   AND c.activity_on < %(ends_before)s
   AND (c.superseded_at_number IS NULL OR c.superseded_at_number > %(through)s)
   AND (%(shard)s::int IS NULL OR c.department_id %% %(shard_count)s = %(shard)s)
UNION ALL
SELECT c.id, 1, c.department_id, c.activity_on, c.country, c.kind, c.scope, c.category,
       c.durability_class, c.location_kgco2e, c.market_kgco2e, NULL
  FROM inventory_chargeable c
 WHERE c.approval_number > %(after)s AND c.approval_number <= %(through)s
   AND c.activity_on >= %(starts_on)s
   AND c.activity_on < least(%(settled_until)s::date, %(ends_before)s::date)
   AND (c.superseded_at_number IS NULL OR c.superseded_at_number > %(through)s)
   AND (%(shard)s::int IS NULL OR c.department_id %% %(shard_count)s = %(shard)s)
UNION ALL
SELECT c.id, -1, c.department_id, c.activity_on, c.country, c.kind, c.scope, c.category,
       c.durability_class, c.location_kgco2e, c.market_kgco2e, s.line_id
  FROM (SELECT id FROM inventory_superseded
         WHERE superseded_at_number > %(after)s AND superseded_at_number <= %(through)s
           AND (%(shard)s::int IS NULL OR department_id %% %(shard_count)s = %(shard)s)
        OFFSET 0) x  -- the few that are new come first, then the rest by key, one by one
 CROSS JOIN LATERAL (
       SELECT line_id FROM ledger_settledrecord
        WHERE scheme_id = %(scheme_id)s AND emission_record_id = x.id AND sign = 1 OFFSET 0) s
 CROSS JOIN LATERAL (SELECT * FROM inventory_chargeable WHERE id = x.id OFFSET 0) c
