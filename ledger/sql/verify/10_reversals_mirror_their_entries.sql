SELECT count(*) FROM ledger_journalentry WHERE reverses_id IS NOT NULL
-- then
WITH reversal AS MATERIALIZED (
    SELECT id, reverses_id FROM ledger_journalentry WHERE reverses_id IS NOT NULL
), line AS (
    SELECT r.id, l.account_id, l.commodity_id, l.debit, l.credit, 1 AS side
      FROM reversal r JOIN ledger_journalline l ON l.entry_id = r.id
    UNION ALL
    SELECT r.id, l.account_id, l.commodity_id, l.credit, l.debit, -1
      FROM reversal r JOIN ledger_journalline l ON l.entry_id = r.reverses_id
), unlike AS (
    SELECT id FROM line GROUP BY id, account_id, commodity_id, debit, credit HAVING sum(side) <> 0
)
SELECT 'entry ' || e.id,
       CASE WHEN o.id IS NULL THEN format('there is no entry %s to reverse', e.reverses_id)
            WHEN o.settlement_id IS NOT NULL
            THEN format('reverses entry %s, which stands on a bill', o.id)
            ELSE format('is not the mirror of entry %s, line by line', o.id) END
  FROM ledger_journalentry e
  LEFT JOIN ledger_journalentry o ON o.id = e.reverses_id
 WHERE e.reverses_id IS NOT NULL
   AND (o.id IS NULL OR o.settlement_id IS NOT NULL OR e.id IN (SELECT id FROM unlike))
 ORDER BY e.id
