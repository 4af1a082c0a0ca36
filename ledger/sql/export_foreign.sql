-- In whose books, on which days, an export holds money in another currency than those books are in.
SELECT DISTINCT le.code, le.currency, l.commodity_id, e.entry_date
  FROM ledger_journalline l
  JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
  JOIN ledger_account a ON a.id = l.account_id
  LEFT JOIN organisation_departmentplacement p
    ON p.department_id = e.department_id AND p.in_force @> e.entry_date
  JOIN organisation_legalentity le ON le.id = coalesce(a.legal_entity_id, p.legal_entity_id)
 WHERE l.commodity_id <> 'KGCO2E' AND le.currency <> l.commodity_id
   AND l.id <= %(through_line_id)s
   AND (%(entry_id)s::bigint IS NULL OR e.id = %(entry_id)s)
   AND (%(period)s::text IS NULL OR l.period_id = (
        SELECT id FROM ledger_accountingperiod WHERE code = %(period)s))
 ORDER BY 1, 3, 4
