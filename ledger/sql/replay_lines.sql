-- What was drawn, by department and place in the method.
SELECT d.code, d.name, p.code, x.kind, x.scope, x.category, x.durability_class, x.price_per_tonne,
       x.settled_mgco2e, x.amount_minor, x.record_count
  FROM drawn x
  JOIN organisation_department d ON d.id = x.department_id
  JOIN ledger_accountingperiod p ON p.id = x.activity_period_id
 ORDER BY d.code, p.days, x.kind, x.scope, x.category, x.durability_class, x.price_per_tonne
