-- What of a fund is promised and not paid, is paid, and was taken back: milestones, in minor units.
SELECT coalesce(sum(m.amount_minor) FILTER (WHERE paid.entry_id IS NULL AND g.state = 'awarded'), 0),
       coalesce(sum(m.amount_minor) FILTER (WHERE paid.entry_id IS NOT NULL AND back.entry_id IS NULL), 0),
       coalesce(sum(m.amount_minor) FILTER (WHERE back.entry_id IS NOT NULL), 0)
  FROM pricing_grantapplication g
  JOIN pricing_grantmilestone m ON m.grant_id = g.id
  LEFT JOIN ledger_postedsource paid
    ON paid.source_type = 'grant-milestone' AND paid.source_id = m.id::text
  LEFT JOIN ledger_postedsource back
    ON back.source_type = 'entry' AND back.source_id = paid.entry_id::text AND back.purpose = 'reversal'
 WHERE g.scheme_id = %(scheme_id)s AND g.state IN ('awarded', 'closed', 'failed')
