-- The whole settlement in one statement: entries with their lines, debits above zero, credits below.
WITH moved AS (
    SELECT l.department_id, l.activity_period_id, l.is_true_up,
           CASE WHEN l.durability_class = '' THEN 'charge' ELSE 'incentive' END AS purpose,
           side.kind, side.commodity_id, side.scheme_id, side.department_id AS account_department_id,
           side.scope, side.category, side.durability_class, side.minor
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
     ) AS side(kind, commodity_id, scheme_id, department_id, scope, category, durability_class, minor)
     WHERE l.settlement_id = %(settlement_id)s AND side.minor <> 0
), summed AS (
    SELECT department_id, activity_period_id, is_true_up, purpose, kind, commodity_id, scheme_id,
           account_department_id, scope, category, durability_class, sum(minor)::bigint AS minor
      FROM moved GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 HAVING sum(minor) <> 0
), entry AS (
    INSERT INTO ledger_journalentry (
        entry_date, period_id, description, source_type, source_id, purpose, settlement_id,
        department_id, activity_period_id, posted_by_id)
    SELECT %(entry_date)s, %(period_id)s,
           %(scheme_name)s || ' ' || p.code || ', ' || d.code
               || CASE WHEN e.purpose = 'incentive' THEN ', removals' ELSE '' END
               || CASE WHEN e.is_true_up THEN ', true-up posted in ' || %(period_code)s ELSE '' END,
           'settlement',
           %(settlement_id)s || '/' || e.department_id || '/' || e.activity_period_id,
           e.purpose, %(settlement_id)s, e.department_id, e.activity_period_id, %(posted_by)s
      FROM (SELECT DISTINCT department_id, activity_period_id, is_true_up, purpose FROM summed) e
      JOIN ledger_accountingperiod p ON p.id = e.activity_period_id
      JOIN organisation_department d ON d.id = e.department_id
     ORDER BY d.code, lower(p.days), e.purpose
    RETURNING id, department_id, activity_period_id, purpose
)
INSERT INTO ledger_journalline (entry_id, account_id, commodity_id, debit, credit)
SELECT entry.id, a.id, s.commodity_id, greatest(s.minor, 0), greatest(-s.minor, 0)
  FROM summed s
  JOIN entry ON entry.department_id = s.department_id
            AND entry.activity_period_id = s.activity_period_id AND entry.purpose = s.purpose
  JOIN ledger_account a
    ON a.kind = s.kind AND a.commodity_id = s.commodity_id
   AND coalesce(a.scheme_id, 0) = coalesce(s.scheme_id, 0)
   AND coalesce(a.department_id, 0) = coalesce(s.account_department_id, 0)
   AND coalesce(a.scope, 0) = coalesce(s.scope, 0)
   AND coalesce(a.category, 0) = coalesce(s.category, 0)
   AND a.durability_class = s.durability_class
 ORDER BY entry.id, s.commodity_id DESC, greatest(s.minor, 0) = 0, a.code
