-- What a scheme has settled, by department, scope, category and activity period, with its mean price.
SELECT d.code, l.scope, l.category, lower(p.days),
       sum(l.settled_mgco2e),
       CASE WHEN sum(l.settled_mgco2e) > 0 AND min(l.settled_mgco2e) >= 0
            THEN sum(l.settled_mgco2e * coalesce(l.price_per_tonne, 0)) / sum(l.settled_mgco2e)
            ELSE max(coalesce(l.price_per_tonne, 0)) END
  FROM ledger_settlementline l
  JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
  JOIN organisation_department d ON d.id = l.department_id
  JOIN ledger_accountingperiod p ON p.id = l.activity_period_id
 WHERE l.scheme_id = %(scheme)s AND l.kind IN ('charge', 'recorded') AND l.scope IS NOT NULL
 GROUP BY d.code, l.scope, l.category, p.days
 ORDER BY d.code, l.scope, l.category, p.days
