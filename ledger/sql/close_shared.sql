-- What a period's settlements of one scheme booked of what its mechanism shares out, department by
-- department, and of what is charged for tonnes.
SELECT a.department_id, coalesce(d.code, ''),
       sum(CASE a.kind WHEN 'levy_expense' THEN l.debit - l.credit
                       WHEN 'fee_return' THEN l.credit - l.debit ELSE 0 END),
       sum(CASE a.kind WHEN 'fee_expense' THEN l.debit - l.credit ELSE 0 END)
  FROM ledger_journalentry e
  JOIN ledger_settlement s ON s.id = e.settlement_id AND s.scheme_id = %(scheme_id)s
  JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN organisation_department d ON d.id = a.department_id
 WHERE e.period_id = %(period_id)s AND a.kind IN ('levy_expense', 'fee_return', 'fee_expense')
 GROUP BY 1, 2
