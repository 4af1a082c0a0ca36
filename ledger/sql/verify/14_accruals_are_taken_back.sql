SELECT count(*) FROM ledger_journalentry WHERE source_type = 'accrual'
-- then
-- On its period's last day, its mirror on the day after; and what its settlement charges and pays,
-- department by department, unless that was cancelled since and its lines are gone.
WITH accrual AS MATERIALIZED (
    SELECT e.id, e.entry_date, e.period_id, e.source_id, s.id AS settlement_id, s.state,
           s.period_id AS of_period_id, upper(p.days) AS ends_before, r.entry_date AS taken_back_on
      FROM ledger_journalentry e
      LEFT JOIN ledger_settlement s ON s.id::text = e.source_id
      LEFT JOIN ledger_accountingperiod p ON p.id = s.period_id
      LEFT JOIN ledger_journalentry r ON r.reverses_id = e.id
     WHERE e.source_type = 'accrual'
), provisional AS (
    SELECT a.id, l.department_id, side.kind, sum(side.minor) AS minor
      FROM accrual a
      JOIN ledger_settlementline l ON l.settlement_id = a.settlement_id
     CROSS JOIN LATERAL (VALUES
        ('accrued_expense', CASE WHEN l.kind IN ('charge', 'levy') THEN l.amount_minor END),
        ('accrued_income', CASE WHEN l.kind IN ('incentive', 'allocation') THEN -l.amount_minor END),
        ('accrued_liability', CASE WHEN l.kind IN ('charge', 'levy') THEN -l.amount_minor
                                   WHEN l.kind IN ('incentive', 'allocation')
                                   THEN l.amount_minor END)
     ) AS side(kind, minor)
     WHERE a.state <> 'cancelled'
     GROUP BY 1, 2, 3
), booked AS (
    SELECT a.id, coalesce(k.department_id, 0) AS department_id, k.kind,
           sum(l.debit - l.credit) AS minor
      FROM accrual a
      JOIN ledger_journalline l ON l.entry_id = a.id AND l.period_id = a.period_id
      LEFT JOIN ledger_account k ON k.id = l.account_id
     WHERE a.state <> 'cancelled'
     GROUP BY 1, 2, 3
), wrong AS (
    SELECT id, CASE
               WHEN settlement_id IS NULL THEN format('there is no settlement %s', source_id)
               WHEN period_id <> of_period_id OR entry_date <> ends_before - 1
               THEN format('is not of the last day of settlement %s''s period', settlement_id)
               WHEN taken_back_on IS NULL THEN 'is not taken back'
               ELSE format('is taken back on %s, not on %s', taken_back_on, ends_before) END
               AS detail
      FROM accrual
     WHERE settlement_id IS NULL OR period_id <> of_period_id OR entry_date <> ends_before - 1
        OR taken_back_on IS DISTINCT FROM ends_before
    UNION ALL
    SELECT coalesce(p.id, b.id), format('department %s, %s: provisional %s minor units, booked %s',
                      coalesce(d.code, 'none'), coalesce(kind, 'no account'),
                      coalesce(p.minor, 0), coalesce(b.minor, 0))
      FROM provisional p
      FULL JOIN booked b USING (id, department_id, kind)
      LEFT JOIN organisation_department d ON d.id = department_id
     WHERE coalesce(p.minor, 0) <> coalesce(b.minor, 0)
)
SELECT 'entry ' || id, detail FROM wrong ORDER BY id, detail
