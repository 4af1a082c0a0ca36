SELECT count(*) FROM ledger_journalentry
-- then
SELECT 'entry ' || id,
       CASE WHEN e.entry_date IS NULL THEN 'lines without their entry'
            WHEN l.commodity_id IS NULL THEN 'entry without lines'
            ELSE format('%s: debit %s, credit %s (minor units)', l.commodity_id, l.debit, l.credit)
       END
  FROM ledger_journalentry e
  FULL JOIN (SELECT entry_id AS id, period_id, commodity_id, sum(debit) AS debit, sum(credit) AS credit
               FROM ledger_journalline GROUP BY 1, 2, 3) l USING (id, period_id)
 WHERE e.entry_date IS NULL OR l.commodity_id IS NULL OR l.debit <> l.credit
 ORDER BY 1
