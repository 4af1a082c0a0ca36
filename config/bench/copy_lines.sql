-- The same lines as the tables hold them: one plain join, unordered, without what our file looks up
-- or works out beside (general ledger account, trading partner, converted amounts).
COPY (
    SELECT e.id, e.entry_date, e.recorded_at, p.code, scheme.code, e.settlement_id, le.code, d.code,
           cc.code, a.code, l.commodity_id, l.debit, l.credit, e.description, e.source_id,
           e.reverses_id, l.id, ap.code, e.purpose, e.source_type
      FROM ledger_journalline l
      JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
      JOIN ledger_account a ON a.id = l.account_id
      JOIN ledger_accountingperiod p ON p.id = e.period_id
      LEFT JOIN ledger_accountingperiod ap ON ap.id = e.activity_period_id
      LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
      LEFT JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
      LEFT JOIN organisation_department d ON d.id = e.department_id
      LEFT JOIN organisation_departmentplacement place
        ON place.department_id = d.id AND place.in_force @> e.entry_date
      LEFT JOIN organisation_legalentity le ON le.id = place.legal_entity_id
      LEFT JOIN organisation_costcentre cc
        ON cc.department_id = d.id AND cc.legal_entity_id = le.id
) TO STDOUT WITH (FORMAT csv, HEADER)
