SELECT count(*) FROM ledger_journalline
-- then
SELECT 'line ' || l.id, format('there is no account %s that counts %s', l.account_id, l.commodity_id)
  FROM ledger_journalline l
  LEFT JOIN ledger_account a ON a.id = l.account_id AND a.commodity_id = l.commodity_id
 WHERE a.id IS NULL ORDER BY l.id
