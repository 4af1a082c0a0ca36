-- Lines of a period, in the order in which their entries were sealed.
SELECT l.entry_id, l.id, l.account_id, l.commodity_id, l.debit, l.credit
  FROM ledger_journalline l
  LEFT JOIN (SELECT number, entry_id FROM ledger_entryseal WHERE period_id = {period}) s
    ON s.entry_id = l.entry_id
 WHERE l.period_id = {period}
 ORDER BY s.number, l.entry_id, l.id
