SELECT count(*) FROM ledger_settlement s JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
 WHERE s.state = 'posted' AND scheme.mechanism = 'feebate'
-- then
-- What a feebate charges for an activity period it returns, in the same settlement, to the cent; and
-- so it stands in the journal, apart from what absorption earned.
WITH feebate AS MATERIALIZED (
    SELECT s.id FROM ledger_settlement s JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
     WHERE s.state = 'posted' AND scheme.mechanism = 'feebate'
), sides AS (
    SELECT f.id, l.activity_period_id, 'statement lines' AS what,
           sum(CASE l.kind WHEN 'charge' THEN l.amount_minor ELSE 0 END) AS charged,
           sum(CASE l.kind WHEN 'allocation' THEN l.amount_minor ELSE 0 END) AS returned
      FROM feebate f JOIN ledger_settlementline l ON l.settlement_id = f.id
     GROUP BY 1, 2
    UNION ALL
    SELECT f.id, e.activity_period_id, 'the journal',
           sum(CASE a.kind WHEN 'fee_expense' THEN l.debit - l.credit ELSE 0 END),
           sum(CASE a.kind WHEN 'fee_return' THEN l.credit - l.debit ELSE 0 END)
      FROM feebate f
      JOIN ledger_journalentry e ON e.settlement_id = f.id
      JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
      JOIN ledger_account a ON a.id = l.account_id
     GROUP BY 1, 2
)
SELECT format('settlement %s, activity of %s', s.id, coalesce(p.code, 'no period')),
       format('%s charge %s minor units and return %s', s.what, s.charged, s.returned)
  FROM sides s
  LEFT JOIN ledger_accountingperiod p ON p.id = s.activity_period_id
 WHERE s.charged <> s.returned
 ORDER BY s.id, 1, 2
