SELECT a.id, a.code, a.kind, a.commodity_id, c.exponent, sum(l.debit), sum(l.credit)
  FROM ledger_journalline l
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_commodity c ON c.code = a.commodity_id
  JOIN ledger_journalentry e ON e.id = l.entry_id
  LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
 WHERE (%(as_of)s::date IS NULL OR e.entry_date <= %(as_of)s)
   AND (%(scheme_id)s::bigint IS NULL OR s.scheme_id = %(scheme_id)s
        OR a.scheme_id = %(scheme_id)s)
   AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
 GROUP BY a.id, a.code, a.kind, a.commodity_id, c.exponent
 ORDER BY a.commodity_id DESC, a.code
