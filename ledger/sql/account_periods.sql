-- The periods in which an account has lines, newest first, from one on.
SELECT p.id, p.code
  FROM ledger_accountingperiod p
 CROSS JOIN LATERAL (
       SELECT FROM ledger_periodbalance
        WHERE account_id = %(account_id)s AND period_id = p.id LIMIT 1) touched
 WHERE %(from)s::bigint IS NULL
    OR p.days <= (SELECT days FROM ledger_accountingperiod WHERE id = %(from)s)
 ORDER BY p.days DESC
