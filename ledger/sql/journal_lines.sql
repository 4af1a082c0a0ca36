SELECT l.id, e.id, e.entry_date, e.recorded_at, p.code, coalesce(ap.code, p.code),
       coalesce(sch.code, ''), e.settlement_id, coalesce(le.code, ''), coalesce(d.code, ''),
       coalesce(cc.code, ''), a.code, l.commodity_id, l.debit, l.credit, c.exponent,
       e.description, e.source_type, e.source_id, e.purpose, e.reverses_id
  FROM ledger_journalline l
  JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_commodity c ON c.code = l.commodity_id
  JOIN ledger_accountingperiod p ON p.id = e.period_id
  LEFT JOIN ledger_accountingperiod ap ON ap.id = e.activity_period_id
  LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
  LEFT JOIN pricing_scheme sch ON sch.id = coalesce(s.scheme_id, a.scheme_id)
  LEFT JOIN organisation_department d ON d.id = e.department_id
  LEFT JOIN organisation_departmentplacement place
    ON place.department_id = d.id AND place.in_force @> e.entry_date
  LEFT JOIN organisation_legalentity le
    ON le.id = coalesce(a.legal_entity_id, place.legal_entity_id)
  LEFT JOIN organisation_costcentre cc
    ON cc.department_id = d.id AND cc.legal_entity_id = le.id AND cc.is_default
   AND cc.in_force @> e.entry_date
 WHERE l.id > %(after_line_id)s
   AND (%(through_line_id)s::bigint IS NULL OR l.id <= %(through_line_id)s)
   AND (%(period)s::text IS NULL OR p.code = %(period)s)
   AND (%(scheme)s::text IS NULL OR sch.code = %(scheme)s)
   AND (%(account)s::text IS NULL OR a.code = %(account)s)
   AND (%(commodity)s::text IS NULL OR l.commodity_id = %(commodity)s)
   AND (%(line_ids)s::bigint[] IS NULL OR l.id = ANY (%(line_ids)s))
   AND (%(entry_id)s::bigint IS NULL OR e.id = %(entry_id)s)
   AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
 ORDER BY l.id
 LIMIT %(size)s
