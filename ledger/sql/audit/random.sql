-- The lines whose hash with the seed is smallest: whoever has the ids can draw them again.
SELECT l.id, 1
  FROM ledger_journalline l
  JOIN ledger_account a ON a.id = l.account_id
 WHERE l.period_id = %(period_id)s AND l.id <= %(through_line_id)s
   AND l.commodity_id = %(commodity)s
   AND (%(side)s = 'both' OR (l.debit > 0) = (%(side)s = 'debit'))
   AND (%(account)s = '' OR a.code = %(account)s OR starts_with(a.code, %(account)s || ':'))
 ORDER BY sha256(convert_to(%(seed)s || '|' || l.id, 'UTF8')), l.id
 LIMIT %(size)s
