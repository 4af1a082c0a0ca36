-- Lines laid end to end by id, a minor unit beside the other, and those that the chosen units lie in.
SELECT id, hits
  FROM (SELECT id, width_bucket(through - 1, %(units)s::numeric[])
                 - width_bucket(through - minor - 1, %(units)s::numeric[]) AS hits
          FROM (SELECT l.id, (l.debit + l.credit)::numeric AS minor,
                       sum(l.debit + l.credit) OVER (ORDER BY l.id) AS through
                  FROM ledger_journalline l
                  JOIN ledger_account a ON a.id = l.account_id
                 WHERE l.period_id = %(period_id)s AND l.id <= %(through_line_id)s
                   AND l.commodity_id = %(commodity)s
                   AND (%(side)s = 'both' OR (l.debit > 0) = (%(side)s = 'debit'))
                   AND (%(account)s = '' OR a.code = %(account)s
                        OR starts_with(a.code, %(account)s || ':'))) line) chosen
 WHERE hits > 0
 ORDER BY id
