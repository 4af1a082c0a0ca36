-- Baselines of the newest posted period of each scheme, while it is open, that fairness_alerts.py
-- points at: those raised by more than so many per cent a day, and those of their proposer's own.
WITH RECURSIVE newest AS (
    SELECT DISTINCT ON (run.scheme_id) run.scheme_id, s.code AS scheme, p.code AS period, p.state,
           p.days, earlier.days AS days_before
      FROM ledger_settlement run
      JOIN pricing_scheme s ON s.id = run.scheme_id
      JOIN ledger_accountingperiod p ON p.id = run.period_id
      LEFT JOIN ledger_accountingperiod earlier ON upper(earlier.days) = lower(p.days)
     WHERE run.state = 'posted'
     ORDER BY run.scheme_id, p.days DESC
), measured AS (
    SELECT n.scheme, n.period, n.days, n.days_before, b.id, b.department_id, b.proposed_by_id,
           b.quantity, upper(b.in_force) - 1 AS last_day
      FROM newest n
      JOIN pricing_baseline b ON b.scheme_id = n.scheme_id
     WHERE n.state = 'open' AND b.measure = 'kgco2e' AND b.approved_by_id IS NOT NULL
       AND (n.days @> upper(b.in_force) - 1 OR n.days_before @> upper(b.in_force) - 1)
), raised AS (
    SELECT scheme, period
      FROM measured
     GROUP BY scheme, period, days, days_before, department_id
    HAVING sum(quantity) FILTER (WHERE days_before @> last_day) > 0
       AND sum(quantity) FILTER (WHERE days @> last_day)
               * (upper(days_before) - lower(days_before)) * 100
         > sum(quantity) FILTER (WHERE days_before @> last_day)
               * (upper(days) - lower(days)) * (100 + %(percent)s)
), above AS (
    SELECT m.id, m.scheme, m.period, m.proposed_by_id, m.last_day, m.department_id
      FROM measured m
     WHERE m.days @> m.last_day
       AND EXISTS (SELECT FROM organisation_membership role
                    WHERE role.user_id = m.proposed_by_id AND role.department_id IS NOT NULL)
     UNION
    SELECT a.id, a.scheme, a.period, a.proposed_by_id, a.last_day, placed.parent_id
      FROM above a
      JOIN organisation_departmentplacement placed ON placed.department_id = a.department_id
                                                  AND placed.in_force @> a.last_day
     WHERE placed.parent_id IS NOT NULL
), own AS (
    SELECT DISTINCT a.id, a.scheme, a.period
      FROM above a
      JOIN organisation_membership role ON role.user_id = a.proposed_by_id
                                       AND role.department_id = a.department_id
)
SELECT scheme, period, count(*)
  FROM (SELECT scheme, period FROM raised UNION ALL SELECT scheme, period FROM own) AS found
 GROUP BY scheme, period
 ORDER BY scheme
