-- Balances of whole periods as they are kept, and the lines of the period that holds the day.
WITH cut AS (
    SELECT id, lower(days) AS first_day FROM ledger_accountingperiod
     WHERE days @> %(as_of)s::date AND upper(days) - 1 > %(as_of)s::date
), moved AS (
    SELECT b.account_id, b.debit, b.credit
      FROM ledger_periodbalance b
      JOIN ledger_accountingperiod p ON p.id = b.period_id
     WHERE %(as_of)s::date IS NULL OR upper(p.days) - 1 <= %(as_of)s::date
    UNION ALL
    SELECT l.account_id, l.debit, l.credit
      FROM cut
      JOIN ledger_journalentry e ON e.period_id = cut.id AND e.entry_date <= %(as_of)s::date
      JOIN ledger_journalline l ON l.period_id = cut.id AND l.entry_id = e.id
)
SELECT a.id, a.code, a.kind, a.commodity_id, c.exponent, sum(m.debit), sum(m.credit)
  FROM moved m
  JOIN ledger_account a ON a.id = m.account_id
  JOIN ledger_commodity c ON c.code = a.commodity_id
 WHERE (%(scheme_id)s::bigint IS NULL OR a.scheme_id = %(scheme_id)s
        OR a.scheme_id IS NULL AND %(keeps_atmosphere)s)
   AND (%(legal_entity)s::text IS NULL OR a.legal_entity_id = (
        SELECT id FROM organisation_legalentity WHERE code = %(legal_entity)s))
   AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
 GROUP BY a.id, a.code, a.kind, a.commodity_id, c.exponent
 ORDER BY a.commodity_id DESC, a.code
