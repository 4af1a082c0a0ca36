-- A further month after all others, and its entries of two lines: a department's expense, the fund.
-- The owner fills it without guards, and keeps the balances that the guards would have kept.
WITH newest AS (SELECT max(upper(days)) AS first_day FROM ledger_accountingperiod)
INSERT INTO ledger_accountingperiod (code, days, state)
SELECT to_char(first_day, 'YYYY-MM'),
       daterange(first_day, (first_day + interval '1 month')::date), 'open'
  FROM newest;
SET session_replication_role = replica;
WITH period AS MATERIALIZED (
    SELECT id, lower(days) AS day FROM ledger_accountingperiod ORDER BY days DESC LIMIT 1
), made AS MATERIALIZED (
    SELECT nextval('ledger_journalentry_id_seq') AS id, n, p.id AS period_id, p.day,
           10000 + n %% 1000 AS cents
      FROM period p CROSS JOIN generate_series(1, %(entries)s) n
), source AS (
    INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
    SELECT 'bench', 'grown/' || id, 'charge', id, period_id FROM made
), entry AS (
    INSERT INTO ledger_journalentry (id, entry_date, period_id, description, source_type,
                                     source_id, purpose, posted_by_id)
    SELECT id, day, period_id, 'bench ' || n, 'bench', 'grown/' || id, 'charge', 3 FROM made
), side AS MATERIALIZED (
    SELECT m.id, m.period_id, expense.account_id, m.cents AS debit, 0 AS credit
      FROM made m
      JOIN unnest(%(expenses)s::bigint[]) WITH ORDINALITY AS expense(account_id, number)
        ON expense.number = 1 + m.n %% cardinality(%(expenses)s::bigint[])
    UNION ALL
    SELECT id, period_id, %(fund)s, 0, cents FROM made
), line AS (
    INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
    SELECT id, period_id, account_id, 'USD', debit, credit FROM side ORDER BY id, credit
)
INSERT INTO ledger_periodbalance (account_id, period_id, slot, debit, credit)
SELECT account_id, period_id, 0, sum(debit), sum(credit) FROM side GROUP BY 1, 2;
SET session_replication_role = origin;
