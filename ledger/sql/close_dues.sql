-- What legal entities owe each other of a period, as the debtor's books have it and as the creditor's.
SELECT scheme.code, debtor.code, creditor.code, due.commodity_id, c.exponent, due.due_to, due.due_from
  FROM (SELECT a.scheme_id, a.commodity_id,
               CASE a.kind WHEN 'due_to' THEN a.legal_entity_id ELSE a.counterparty_id END
                   AS debtor_id,
               CASE a.kind WHEN 'due_to' THEN a.counterparty_id ELSE a.legal_entity_id END
                   AS creditor_id,
               sum(CASE a.kind WHEN 'due_to' THEN l.credit - l.debit ELSE 0 END) AS due_to,
               sum(CASE a.kind WHEN 'due_from' THEN l.debit - l.credit ELSE 0 END) AS due_from
          FROM ledger_account a
          JOIN ledger_journalline l ON l.account_id = a.id AND l.period_id = %(period_id)s
         WHERE a.counterparty_id IS NOT NULL
         GROUP BY 1, 2, 3, 4) due
  JOIN pricing_scheme scheme ON scheme.id = due.scheme_id
  JOIN organisation_legalentity debtor ON debtor.id = due.debtor_id
  JOIN organisation_legalentity creditor ON creditor.id = due.creditor_id
  JOIN ledger_commodity c ON c.code = due.commodity_id
 ORDER BY 1, 2, 3
