-- A period's lines as text, one a row, in the order they are hashed: integers, ISO dates, codes.
SELECT concat_ws('|', l.id, e.id, e.entry_date, e.source_type, e.source_id, e.purpose,
                 coalesce(e.reverses_id::text, ''), a.code, l.commodity_id, l.debit, l.credit,
                 e.description)
           AS line,
       l.id
  FROM ledger_journalentry e
  JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
  JOIN ledger_account a ON a.id = l.account_id
 WHERE e.period_id = %(period_id)s
