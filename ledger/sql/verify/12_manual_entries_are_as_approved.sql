SELECT count(*) FROM ledger_manualentry
-- then
-- Each approved proposal is one entry of the journal, line by line; each entry by hand, and each
-- reversal of one, has an approved proposal.
WITH approved AS MATERIALIZED (
    SELECT m.id, m.entry_date, m.posted_entry_id, m.proposed_by_id, m.decided_by_id,
           CASE WHEN o.id IS NULL THEN 'manual' ELSE 'entry' END AS source_type,
           CASE WHEN o.id IS NULL THEN m.id ELSE o.posted_entry_id END::text AS source_id,
           CASE WHEN o.id IS NULL THEN 'entry' ELSE 'reversal' END AS purpose,
           o.posted_entry_id AS reversed_entry_id
      FROM ledger_manualentry m
      LEFT JOIN ledger_manualentry o ON o.id = m.reverses_id
     WHERE m.state = 'approved'
), line AS (
    SELECT a.id, l.account_id, l.commodity_id, l.debit, l.credit, 1 AS side
      FROM approved a JOIN ledger_manualentryline l ON l.manual_entry_id = a.id
     UNION ALL
    SELECT a.id, l.account_id, l.commodity_id, l.debit, l.credit, -1
      FROM approved a JOIN ledger_journalline l ON l.entry_id = a.posted_entry_id
), unlike AS (
    SELECT id FROM line GROUP BY id, account_id, commodity_id, debit, credit HAVING sum(side) <> 0
)
SELECT 'manual entry ' || a.id,
       CASE WHEN a.decided_by_id = a.proposed_by_id
            THEN 'was approved by the person who proposed it'
            WHEN e.id IS NULL
            THEN format('is approved, and entry %s is not in the journal', a.posted_entry_id)
            WHEN a.id IN (SELECT id FROM unlike)
            THEN format('does not propose the lines of entry %s', e.id)
            ELSE format('is not the source of entry %s, or of another date', e.id) END
  FROM approved a
  LEFT JOIN ledger_journalentry e ON e.id = a.posted_entry_id
 WHERE e.id IS NULL OR a.decided_by_id = a.proposed_by_id OR a.id IN (SELECT id FROM unlike)
    OR (e.entry_date, e.source_type, e.source_id, e.purpose)
       <> (a.entry_date, a.source_type, a.source_id, a.purpose)
    OR e.reverses_id IS DISTINCT FROM a.reversed_entry_id
 UNION ALL
SELECT 'entry ' || e.id, 'was posted by hand, and no approved proposal says so'
  FROM ledger_journalentry e
  LEFT JOIN approved a ON a.posted_entry_id = e.id
 WHERE a.id IS NULL
   AND (e.source_type = 'manual' OR e.reverses_id IN (SELECT posted_entry_id FROM approved))
 ORDER BY 1
