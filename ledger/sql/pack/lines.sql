-- Lines of a period's entries, in the same order.
SELECT l.entry_id, l.id, l.account_id, l.commodity_id, l.debit, l.credit
  FROM ledger_journalline l
  JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = {period}
  LEFT JOIN (SELECT * FROM ledger_entryseal WHERE period_id = {period}) s ON s.entry_id = e.id
 ORDER BY s.number, l.entry_id, l.id
