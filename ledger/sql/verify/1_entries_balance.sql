SELECT count(*) FROM ledger_journalentry
-- then
SELECT 'entry ' || coalesce(e.id, l.entry_id),
       CASE WHEN e.id IS NULL THEN 'lines without their entry'
            WHEN l.entry_id IS NULL THEN 'entry without lines'
            ELSE format('%s: debit %s, credit %s (minor units)', l.commodity_id, l.debit, l.credit)
       END
  FROM ledger_journalentry e
  FULL JOIN (SELECT entry_id, commodity_id, sum(debit) AS debit, sum(credit) AS credit
               FROM ledger_journalline GROUP BY 1, 2) l ON l.entry_id = e.id
 WHERE e.id IS NULL OR l.entry_id IS NULL OR l.debit <> l.credit
 ORDER BY 1
