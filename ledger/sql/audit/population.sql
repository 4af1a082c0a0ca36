SELECT count(*), coalesce(sum(l.debit + l.credit), 0)::text
  FROM ledger_journalline l
  JOIN ledger_account a ON a.id = l.account_id
 WHERE l.period_id = %(period_id)s AND l.id <= %(through_line_id)s
   AND l.commodity_id = %(commodity)s
   AND (%(side)s = 'both' OR (l.debit > 0) = (%(side)s = 'debit'))
   AND (%(account)s = '' OR a.code = %(account)s OR starts_with(a.code, %(account)s || ':'))
