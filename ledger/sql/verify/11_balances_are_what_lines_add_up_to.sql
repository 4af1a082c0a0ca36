SELECT count(*) FROM ledger_periodbalance
-- then
SELECT format('balance of %s in %s', coalesce(a.code, 'account ' || account_id),
              coalesce(p.code, 'period ' || period_id)),
       format('kept as debit %s and credit %s, lines make %s and %s', coalesce(k.debit, 0),
              coalesce(k.credit, 0), coalesce(l.debit, 0), coalesce(l.credit, 0))
  FROM (SELECT account_id, period_id, sum(debit) AS debit, sum(credit) AS credit
          FROM ledger_periodbalance GROUP BY 1, 2) k
  FULL JOIN (SELECT account_id, period_id, sum(debit) AS debit, sum(credit) AS credit
               FROM ledger_journalline GROUP BY 1, 2) l USING (account_id, period_id)
  LEFT JOIN ledger_account a ON a.id = account_id
  LEFT JOIN ledger_accountingperiod p ON p.id = period_id
 WHERE (k.debit, k.credit) IS DISTINCT FROM (l.debit, l.credit)
 ORDER BY 1
