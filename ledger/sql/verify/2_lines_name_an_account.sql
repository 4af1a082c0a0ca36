SELECT count(*) FROM ledger_journalline
-- then
-- An account of the line's commodity, and of its entry's department and its settlement's scheme.
SELECT 'line ' || l.id,
       CASE WHEN a.id IS NULL
            THEN format('there is no account %s that counts %s', l.account_id, l.commodity_id)
            ELSE format('%s is not of the department or scheme of entry %s', a.code, e.id) END
  FROM ledger_journalline l
  LEFT JOIN ledger_account a ON a.id = l.account_id AND a.commodity_id = l.commodity_id
  LEFT JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
  LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
 WHERE a.id IS NULL OR a.department_id <> e.department_id OR a.scheme_id <> s.scheme_id
 ORDER BY l.id
