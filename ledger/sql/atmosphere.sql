-- What is in the air, and what of it was emitted before the books began: debit minus credit, in minor
-- units of their commodity.
SELECT a.kind = 'atmosphere', a.code, c.exponent, sum(b.debit - b.credit)
  FROM ledger_account a
  JOIN ledger_commodity c ON c.code = a.commodity_id
  JOIN ledger_periodbalance b ON b.account_id = a.id
 WHERE a.kind = 'atmosphere' OR a.code = %(historical)s
 GROUP BY a.kind, a.code, c.exponent
