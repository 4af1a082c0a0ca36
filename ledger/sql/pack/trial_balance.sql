-- What each account was debited and credited in a period, in minor units.
SELECT {period}, l.account_id, a.code, l.commodity_id, sum(l.debit), sum(l.credit)
  FROM ledger_journalline l
  LEFT JOIN ledger_account a ON a.id = l.account_id
 WHERE l.period_id = {period}
 GROUP BY l.account_id, a.code, l.commodity_id
 ORDER BY l.account_id, l.commodity_id
