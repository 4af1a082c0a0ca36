-- The entries, numbered in the order in which they will stand in the journal.
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT nextval('ledger_journalentry_id_seq') AS id, sorted.*
  FROM (SELECT e.department_id, e.activity_period_id, e.is_removal, d.code AS department,
               p.code AS activity_period
          FROM (SELECT DISTINCT department_id, activity_period_id, is_removal FROM moving) e
          JOIN ledger_accountingperiod p ON p.id = e.activity_period_id
          JOIN organisation_department d ON d.id = e.department_id
         ORDER BY d.code, lower(p.days), e.is_removal) sorted
