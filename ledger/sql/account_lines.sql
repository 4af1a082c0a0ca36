-- The newest lines of an account in one period, before one of them. Entries are looked up by key, row
-- by row: joined, the planner would read them from end to end.
SELECT l.id, l.entry_id, e.entry_date, e.description, l.debit, l.credit
  FROM (SELECT id, entry_id, debit, credit FROM ledger_journalline
         WHERE account_id = %(account_id)s AND period_id = %(period_id)s
           AND (%(before)s::bigint IS NULL OR id < %(before)s)
         ORDER BY id DESC LIMIT %(size)s) l
 CROSS JOIN LATERAL (
       SELECT entry_date, description FROM ledger_journalentry
        WHERE id = l.entry_id AND period_id = %(period_id)s OFFSET 0) e
 ORDER BY l.id DESC
