-- What a settlement moves: one row an entry and account, debits above zero, credits below.
CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
WITH line AS MATERIALIZED (
    SELECT department_id, activity_period_id, durability_class <> '' AS is_removal,
           quantity_account_id, money_account_id, legal_entity_id,
           sum(CASE durability_class WHEN '' THEN settled_mgco2e ELSE -settled_mgco2e END)::bigint
               AS quantity,
           sum(CASE WHEN kind IN ('charge', 'levy') THEN amount_minor ELSE -amount_minor END)::bigint AS money
      FROM ledger_settlementline
     WHERE settlement_id = %(settlement_id)s
     GROUP BY 1, 2, 3, 4, 5, 6
), due AS MATERIALIZED (
    SELECT id, CASE kind WHEN 'due_to' THEN legal_entity_id ELSE counterparty_id END AS of_entity_id,
           CASE kind WHEN 'due_to' THEN -1 ELSE 1 END AS sign
      FROM ledger_account
     WHERE counterparty_id IS NOT NULL AND scheme_id = %(scheme_id)s
)
SELECT department_id, activity_period_id, is_removal, account_id, sum(minor)::bigint AS minor
  FROM (
    SELECT department_id, activity_period_id, is_removal, quantity_account_id AS account_id,
           quantity AS minor
      FROM line WHERE quantity_account_id IS NOT NULL
    UNION ALL
    SELECT department_id, activity_period_id, is_removal, %(atmosphere_id)s::bigint, -quantity
      FROM line WHERE quantity_account_id IS NOT NULL
    UNION ALL
    SELECT department_id, activity_period_id, is_removal, money_account_id, money
      FROM line WHERE money_account_id IS NOT NULL
    UNION ALL
    SELECT department_id, activity_period_id, is_removal, %(fund_id)s::bigint, -money
      FROM line WHERE money_account_id IS NOT NULL
    UNION ALL  -- in other books than the fund's: what they owe the fund's, on both sides
    SELECT department_id, activity_period_id, is_removal, due.id, due.sign * money
      FROM line JOIN due ON due.of_entity_id = line.legal_entity_id
     WHERE money_account_id IS NOT NULL
  ) side
 GROUP BY 1, 2, 3, 4
HAVING sum(minor) <> 0
