-- Entries and lines in one statement, as the guards demand.
WITH entry AS (
    INSERT INTO ledger_journalentry (
        id, entry_date, period_id, description, source_type, source_id, purpose, settlement_id,
        department_id, activity_period_id, posted_by_id)
    SELECT n.id, %(entry_date)s, %(period_id)s,
           %(scheme_name)s || ' ' || n.activity_period || ', ' || n.department
               || CASE WHEN n.is_removal THEN ', removals' ELSE '' END
               || CASE WHEN n.activity_period_id <> %(period_id)s
                       THEN ', true-up posted in ' || %(period_code)s ELSE '' END,
           'settlement',
           %(settlement_id)s || '/' || n.department_id || '/' || n.activity_period_id,
           CASE WHEN n.is_removal THEN 'incentive' ELSE 'charge' END,
           %(settlement_id)s, n.department_id, n.activity_period_id, %(posted_by)s
      FROM numbered n ORDER BY n.id
)
INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
SELECT n.id, %(period_id)s, m.account_id, a.commodity_id, greatest(m.minor, 0),
       greatest(-m.minor, 0)
  FROM moving m
  JOIN numbered n ON n.department_id = m.department_id
                 AND n.activity_period_id = m.activity_period_id AND n.is_removal = m.is_removal
  JOIN ledger_account a ON a.id = m.account_id
 ORDER BY n.id, a.commodity_id DESC, m.minor < 0, a.code
