SELECT count(*) FROM ledger_accountingperiod
-- then
SELECT 'entry ' || e.id, format('dated %s, outside of period %s', e.entry_date, p.code)
  FROM ledger_journalentry e JOIN ledger_accountingperiod p ON p.id = e.period_id
 WHERE NOT p.days @> e.entry_date
    OR (p.state = 'closed' AND e.recorded_at > p.closed_at)
 ORDER BY e.id
