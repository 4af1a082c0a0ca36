-- Entries of a period that are not as they were sealed, and seals that don't continue the one
-- before. What a period that is still open has and no seal covers yet is no difference.
WITH sealed AS (
    SELECT number, entry_id, hashes,
           chain = sha256(coalesce(lag(chain) OVER by_number, '') || int8send(entry_id) || hashes)
               AND number = row_number() OVER by_number AS continues
      FROM ledger_entryseal WHERE period_id = %(period_id)s
    WINDOW by_number AS (ORDER BY number)
), different AS MATERIALIZED (  -- a column is looked up by index, an expression behind RLS is not
    SELECT coalesce(s.entry_id, f.entry_id) AS entry_id, s.number, s.continues,
           s.hashes AS sealed, f.hashes AS found
      FROM sealed s
      FULL JOIN hashes_of_entries(%(period_id)s, 0) f ON f.entry_id = s.entry_id
     WHERE NOT s.continues
        OR s.hashes IS DISTINCT FROM f.hashes AND (s.hashes IS NOT NULL OR %(is_closed)s)
)
SELECT d.entry_id, d.number, d.continues, d.sealed, d.found,
       (SELECT array_agg(l.id ORDER BY l.id) FROM ledger_journalline l
         WHERE l.entry_id = d.entry_id AND l.period_id = %(period_id)s) AS line_ids,
       count(*) OVER () AS differences
  FROM different d
 ORDER BY d.number, d.entry_id
 LIMIT %(at_most)s
