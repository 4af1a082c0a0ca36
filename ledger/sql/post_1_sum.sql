-- What a settlement moves: one row an entry and account, debits above zero, credits below.
CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
SELECT department_id, activity_period_id, purpose, kind, commodity_id, scheme_id,
       account_department_id, scope, category, durability_class, sum(minor)::bigint AS minor
  FROM (
    SELECT l.department_id, l.activity_period_id,
           CASE WHEN l.durability_class = '' THEN 'charge' ELSE 'incentive' END AS purpose,
           side.*
      FROM ledger_settlementline l
     CROSS JOIN LATERAL (VALUES
        ('emissions', 'KGCO2E', NULL::bigint, l.department_id, l.scope, l.category, '',
         CASE WHEN l.durability_class = '' AND %(keeps_atmosphere)s THEN l.settled_mgco2e END),
        ('atmosphere', 'KGCO2E', NULL, NULL, NULL, NULL, '',
         CASE WHEN NOT %(keeps_atmosphere)s THEN NULL
              WHEN l.durability_class = '' THEN -l.settled_mgco2e ELSE l.settled_mgco2e END),
        ('removals', 'KGCO2E', NULL, l.department_id, NULL, NULL, l.durability_class,
         CASE WHEN l.durability_class <> '' AND %(keeps_atmosphere)s THEN -l.settled_mgco2e END),
        ('fee_expense', %(currency)s, l.scheme_id, l.department_id, NULL, NULL, '',
         CASE WHEN l.kind = 'charge' AND %(moves_money)s THEN l.amount_minor END),
        ('carbon_fund', %(currency)s, l.scheme_id, NULL, NULL, NULL, '',
         CASE WHEN NOT %(moves_money)s THEN NULL WHEN l.kind = 'charge' THEN -l.amount_minor
              WHEN l.kind = 'incentive' THEN l.amount_minor END),
        ('incentive_income', %(currency)s, l.scheme_id, l.department_id, NULL, NULL, '',
         CASE WHEN l.kind = 'incentive' AND %(moves_money)s THEN -l.amount_minor END)
     ) AS side(kind, commodity_id, scheme_id, account_department_id, scope, category,
               durability_class, minor)
     WHERE l.settlement_id = %(settlement_id)s AND side.minor <> 0
  ) side
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
HAVING sum(minor) <> 0
