-- The newest lines of an account before one, of any period: each partition hands in its newest first.
WITH line AS MATERIALIZED (
    SELECT l.id, l.entry_id, l.period_id, l.debit, l.credit
      FROM ledger_journalline l
     WHERE l.account_id = %(account_id)s AND (%(before)s::bigint IS NULL OR l.id < %(before)s)
     ORDER BY l.id DESC LIMIT %(size)s
)
SELECT l.id, l.entry_id, e.entry_date, p.code, e.description, l.debit, l.credit
  FROM line l
  JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
  JOIN ledger_accountingperiod p ON p.id = l.period_id
 ORDER BY l.id DESC
