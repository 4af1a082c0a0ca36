SELECT count(*) FROM ledger_journalentry
-- then
-- What an entry writes in the books of a legal entity balances; accounts are in the books that their
-- scheme says; and what two legal entities owe each other is the same on both sides.
WITH entity AS MATERIALIZED (
    SELECT id, legal_entity_id FROM ledger_account WHERE legal_entity_id IS NOT NULL
), unequal AS (
    SELECT l.entry_id, n.legal_entity_id, l.commodity_id, sum(l.debit) AS debit,
           sum(l.credit) AS credit
      FROM ledger_journalline l JOIN entity n ON n.id = l.account_id
     GROUP BY 1, 2, 3 HAVING sum(l.debit) <> sum(l.credit)
), owed AS (
    SELECT p.id AS period_id, p.code AS period, a.scheme_id, a.commodity_id,
           CASE a.kind WHEN 'due_to' THEN a.legal_entity_id ELSE a.counterparty_id END AS debtor_id,
           CASE a.kind WHEN 'due_to' THEN a.counterparty_id ELSE a.legal_entity_id END AS creditor_id,
           sum(CASE a.kind WHEN 'due_to' THEN l.credit - l.debit ELSE 0 END) AS due_to,
           sum(CASE a.kind WHEN 'due_from' THEN l.debit - l.credit ELSE 0 END) AS due_from
      FROM ledger_account a
      JOIN ledger_journalline l ON l.account_id = a.id
      JOIN ledger_accountingperiod p ON p.id = l.period_id
     WHERE a.counterparty_id IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT 'entry ' || u.entry_id,
       format('in the books of %s: debit %s, credit %s (minor units of %s)',
              coalesce(e.code, 'legal entity ' || u.legal_entity_id), u.debit, u.credit,
              u.commodity_id)
  FROM unequal u
  LEFT JOIN organisation_legalentity e ON e.id = u.legal_entity_id
UNION ALL
SELECT format('what %s owes %s in %s', debtor.code, creditor.code, o.period),
       format('due to %s, due from %s (minor units of %s)', o.due_to, o.due_from, o.commodity_id)
  FROM owed o
  LEFT JOIN organisation_legalentity debtor ON debtor.id = o.debtor_id
  LEFT JOIN organisation_legalentity creditor ON creditor.id = o.creditor_id
 WHERE o.due_to <> o.due_from
UNION ALL
SELECT 'account ' || a.code, 'is not in the books that its scheme says'
  FROM ledger_account a
  LEFT JOIN pricing_scheme s ON s.id = a.scheme_id
 WHERE (a.legal_entity_id IS NULL) <> (s.fund_entity_id IS NULL)
    OR a.kind = 'carbon_fund' AND a.legal_entity_id <> s.fund_entity_id
    OR a.kind = 'due_to' AND a.counterparty_id <> s.fund_entity_id
    OR a.kind = 'due_from' AND a.legal_entity_id <> s.fund_entity_id
 ORDER BY 1, 2
