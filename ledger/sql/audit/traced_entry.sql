-- The entry of a journal line: who posted it, what seals it, and the account that the line is on.
SELECT e.id, e.period_id, e.settlement_id, e.department_id, e.activity_period_id, e.purpose = 'incentive',
       u.username, e.recorded_at, a.id, a.kind, a.legal_entity_id, a.counterparty_id,
       l.debit - l.credit, s.number, s.chain_sha256, s.sealed_at, m.id,
       (SELECT r.entry_id FROM ledger_postedsource r
         WHERE r.source_type = 'entry' AND r.source_id = e.id::text AND r.purpose = 'reversal')
  FROM ledger_journalline l
  JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN organisation_user u ON u.id = e.posted_by_id
  LEFT JOIN ledger_periodseal s ON s.period_id = e.period_id
  LEFT JOIN ledger_manualentry m ON m.posted_entry_id = e.id
 WHERE l.id = %(line_id)s
