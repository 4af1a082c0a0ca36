SELECT count(*) FROM ledger_journalentry
-- then
SELECT 'entry ' || e.id,
       CASE WHEN p.id IS NULL THEN format('there is no period %s', e.period_id)
            WHEN p.days @> e.entry_date
            THEN format('recorded on %s, after period %s was sealed', e.recorded_at, p.code)
            ELSE format('dated %s, outside of period %s', e.entry_date, p.code) END
  FROM ledger_journalentry e
  LEFT JOIN ledger_accountingperiod p ON p.id = e.period_id
  LEFT JOIN ledger_periodseal s ON s.period_id = p.id
 WHERE p.id IS NULL OR NOT p.days @> e.entry_date OR e.recorded_at > s.sealed_at
 ORDER BY e.id
