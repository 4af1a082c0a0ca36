-- Milestones of grants that are paid, and whether that was taken back.
SELECT s.source_id::bigint, e.id, e.entry_date, u.username, t.id, t.entry_date
  FROM ledger_postedsource s
  JOIN ledger_journalentry e ON e.id = s.entry_id AND e.period_id = s.period_id
  JOIN organisation_user u ON u.id = e.posted_by_id
  LEFT JOIN ledger_postedsource r
    ON r.source_type = 'entry' AND r.source_id = s.entry_id::text AND r.purpose = 'reversal'
  LEFT JOIN ledger_journalentry t ON t.id = r.entry_id AND t.period_id = r.period_id
 WHERE s.source_type = 'grant-milestone' AND (%(milestones)s::text[] IS NULL OR s.source_id = ANY (%(milestones)s))
