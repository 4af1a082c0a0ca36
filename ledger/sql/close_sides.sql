-- Both sides of a period's journal, by commodity.
SELECT l.commodity_id, c.exponent, count(*), sum(l.debit), sum(l.credit)
  FROM ledger_journalentry e
  JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
  JOIN ledger_commodity c ON c.code = l.commodity_id
 WHERE e.period_id = %(period_id)s
 GROUP BY 1, 2
 ORDER BY 1 DESC
