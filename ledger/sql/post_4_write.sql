-- Entries and lines in one statement, as the guards demand.
WITH entry AS (
    INSERT INTO ledger_journalentry (
        id, entry_date, period_id, description, source_type, source_id, purpose, settlement_id,
        department_id, activity_period_id, posted_by_id)
    SELECT n.id, %(entry_date)s, %(period_id)s,
           %(scheme_name)s || ' ' || n.activity_period || ', ' || n.department
               || CASE WHEN n.purpose = 'incentive' THEN ', removals' ELSE '' END
               || CASE WHEN n.activity_period_id <> %(period_id)s
                       THEN ', true-up posted in ' || %(period_code)s ELSE '' END,
           'settlement',
           %(settlement_id)s || '/' || n.department_id || '/' || n.activity_period_id,
           n.purpose, %(settlement_id)s, n.department_id, n.activity_period_id, %(posted_by)s
      FROM numbered n ORDER BY n.id
)
INSERT INTO ledger_journalline (entry_id, account_id, commodity_id, debit, credit)
SELECT n.id, p.account_id, p.commodity_id, greatest(p.minor, 0), greatest(-p.minor, 0)
  FROM placed p
  JOIN numbered n ON n.department_id = p.department_id
                 AND n.activity_period_id = p.activity_period_id AND n.purpose = p.purpose
 ORDER BY n.id, p.commodity_id DESC, greatest(p.minor, 0) = 0, p.account
