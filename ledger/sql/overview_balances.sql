-- What each carbon fund and the atmosphere hold: credit minus debit, in minor units.
SELECT a.kind, a.scheme_id, c.exponent, sum(b.credit - b.debit)
  FROM ledger_account a
  JOIN ledger_commodity c ON c.code = a.commodity_id
  JOIN ledger_periodbalance b ON b.account_id = a.id
 WHERE a.kind IN ('carbon_fund', 'atmosphere')
 GROUP BY a.kind, a.scheme_id, c.exponent
