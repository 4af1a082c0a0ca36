COPY (
    SELECT e.id, e.entry_date, e.recorded_at, p.code, ap.code, s.id, d.code, a.code,
           l.commodity_id, l.debit, l.credit, e.description, e.source_id, e.purpose
      FROM ledger_journalline l
      JOIN ledger_journalentry e ON e.id = l.entry_id
      JOIN ledger_account a ON a.id = l.account_id
      JOIN ledger_accountingperiod p ON p.id = e.period_id
      LEFT JOIN ledger_accountingperiod ap ON ap.id = e.activity_period_id
      LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
      LEFT JOIN organisation_department d ON d.id = e.department_id
     ORDER BY l.id) TO STDOUT WITH (FORMAT csv, HEADER)
