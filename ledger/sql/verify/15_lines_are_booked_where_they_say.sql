SELECT count(*) FROM ledger_settlementline
-- then
-- The accounts that a statement line names are those of its own dimensions.
SELECT 'statement line ' || l.id,
       format('says it is booked on account %s, which is not the one of its department, scheme, '
              'scope, category, durability or legal entity', w.account_id)
  FROM ledger_settlementline l
  JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
 CROSS JOIN LATERAL (
       SELECT l.money_account_id AS account_id
        WHERE l.money_account_id IS NOT NULL AND NOT EXISTS (
              SELECT FROM ledger_account a
               WHERE a.id = l.money_account_id AND a.department_id = l.department_id
                 AND a.scheme_id = l.scheme_id AND a.commodity_id = scheme.currency
                 AND coalesce(a.legal_entity_id, 0) = coalesce(l.legal_entity_id, 0)
                 AND a.kind = CASE l.kind WHEN 'charge' THEN 'fee_expense'
                                          WHEN 'incentive' THEN 'incentive_income'
                                          WHEN 'levy' THEN 'levy_expense'
                                          WHEN 'allocation' THEN 'fee_return' END)
       UNION ALL
       SELECT l.quantity_account_id
        WHERE l.quantity_account_id IS NOT NULL AND NOT EXISTS (
              SELECT FROM ledger_account a
               WHERE a.id = l.quantity_account_id AND a.department_id = l.department_id
                 AND a.kind = CASE l.durability_class WHEN '' THEN 'emissions' ELSE 'removals' END
                 AND coalesce(a.scope, 0) = coalesce(l.scope, 0)
                 AND coalesce(a.category, 0) = coalesce(l.category, 0)
                 AND a.durability_class = l.durability_class)) w
 ORDER BY l.id
