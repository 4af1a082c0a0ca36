SELECT count(*) FROM ledger_journalentry WHERE source_type = 'grant-milestone'
-- then
-- An entry of a grant pays an accepted milestone that two people awarded, to the cent, out of the
-- scheme's fund to the department; and it is taken back exactly where the project failed.
WITH paid AS MATERIALIZED (
    SELECT e.id, e.period_id, e.source_id, e.purpose, e.posted_by_id, m.id AS milestone_id,
           m.amount_minor, m.accepted_by_id, m.evidenced_by_id, g.id AS grant_id, g.scheme_id,
           g.department_id, g.state, g.applied_by_id, g.award_proposed_by_id, g.decided_by_id,
           t.id AS reversal_id
      FROM ledger_journalentry e
      LEFT JOIN pricing_grantmilestone m ON m.id::text = e.source_id
      LEFT JOIN pricing_grantapplication g ON g.id = m.grant_id
      LEFT JOIN ledger_journalentry t ON t.reverses_id = e.id
     WHERE e.source_type = 'grant-milestone'
), booked AS (
    SELECT p.id,
           coalesce(sum(l.debit - l.credit) FILTER (
               WHERE a.kind = 'carbon_fund' AND a.scheme_id = p.scheme_id), 0) AS out_of_fund,
           coalesce(sum(l.credit - l.debit) FILTER (
               WHERE a.kind = 'incentive_income' AND a.scheme_id = p.scheme_id
                 AND a.department_id = p.department_id), 0) AS to_department,
           count(*) FILTER (WHERE a.kind NOT IN ('carbon_fund', 'incentive_income', 'due_to',
                                                 'due_from')) AS elsewhere
      FROM paid p
      JOIN ledger_journalline l ON l.entry_id = p.id AND l.period_id = p.period_id
      LEFT JOIN ledger_account a ON a.id = l.account_id
     GROUP BY p.id
), wrong AS (
    SELECT p.id, 1 AS rank, format('there is no milestone %s of a grant', p.source_id) AS detail
      FROM paid p WHERE p.milestone_id IS NULL OR p.purpose <> 'payment'
    UNION ALL
    SELECT p.id, 2, format('pays milestone %s of grant %s, which nobody accepted or awarded',
                           p.milestone_id, p.grant_id)
      FROM paid p
     WHERE p.milestone_id IS NOT NULL
       AND (p.accepted_by_id IS NULL OR p.state NOT IN ('awarded', 'closed', 'failed'))
    UNION ALL
    SELECT p.id, 3, format('pays grant %s, whose steps were taken by too few people', p.grant_id)
      FROM paid p
     WHERE p.decided_by_id IN (p.award_proposed_by_id, p.applied_by_id)
        OR p.accepted_by_id = p.evidenced_by_id
        OR p.posted_by_id IN (p.applied_by_id, p.evidenced_by_id)
    UNION ALL
    SELECT p.id, 4, format('pays %s out of the fund and %s to the department, not %s (minor units)',
                           b.out_of_fund, b.to_department, p.amount_minor)
      FROM paid p JOIN booked b ON b.id = p.id
     WHERE p.milestone_id IS NOT NULL
       AND ((b.out_of_fund, b.to_department) <> (p.amount_minor, p.amount_minor) OR b.elsewhere > 0)
    UNION ALL
    SELECT p.id, 5, format('is taken back by entry %s, yet grant %s did not fail', p.reversal_id,
                           p.grant_id)
      FROM paid p WHERE p.reversal_id IS NOT NULL AND p.state <> 'failed'
)
SELECT 'entry ' || id, detail FROM wrong ORDER BY id, rank
