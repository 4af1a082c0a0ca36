-- What a settlement takes in: +1 for each approved result not yet settled, -1 for each settled one
-- that has been superseded since. Both sides are bounded by approval numbers, so a late settlement
-- costs what is new, not what is old.
SELECT c.id AS record_id, 1 AS sign, c.department_id, c.activity_on, NULL::bigint AS line_id
  FROM inventory_chargeable c
 WHERE c.approval_number <= %(through)s
   AND c.activity_on >= %(starts_on)s AND c.activity_on < %(ends_before)s
   AND (c.activity_on >= %(settled_until)s OR c.approval_number > %(after)s)
   AND (c.superseded_at_number IS NULL OR c.superseded_at_number > %(through)s)
   AND (%(shard)s::int IS NULL OR c.department_id %% %(shard_count)s = %(shard)s)
UNION ALL
SELECT c.id, -1, c.department_id, c.activity_on, s.line_id
  FROM (SELECT id, department_id, activity_on FROM inventory_superseded
         WHERE superseded_at_number > %(after)s AND superseded_at_number <= %(through)s
           AND (%(shard)s::int IS NULL OR department_id %% %(shard_count)s = %(shard)s)
        OFFSET 0) c  -- the few that are new come first, then their lines by key
  JOIN ledger_settledrecord s
    ON s.scheme_id = %(scheme_id)s AND s.emission_record_id = c.id AND s.sign = 1
