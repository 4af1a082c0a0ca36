-- Where recalculated results wait: the days of each period that something was posted in, with a
-- scheme that it was posted for; '' for what the page of restatements can't show: other days, removals.
WITH posted AS (
    SELECT p.days, p.code AS period, min(s.code) AS scheme
      FROM ledger_settlement run
      JOIN ledger_accountingperiod p ON p.id = run.period_id
      JOIN pricing_scheme s ON s.id = run.scheme_id
     WHERE run.state = 'posted'
     GROUP BY p.id
), places AS (
    SELECT days, period, scheme, false AS of_removals FROM posted
     UNION ALL
    SELECT unnest(datemultirange(daterange(NULL, NULL))
                  - coalesce((SELECT range_agg(days) FROM posted), datemultirange())), '', '', false
     UNION ALL
    SELECT daterange(NULL, NULL), '', '', true
)
SELECT period, scheme
  FROM places
 WHERE EXISTS (SELECT FROM inventory_emissionrecord e
                WHERE e.proposed_by_id IS NOT NULL
                  AND e.approval_number IS NULL
                  AND e.activity_on >= coalesce(lower(days), '-infinity')
                  AND e.activity_on < coalesce(upper(days), 'infinity')
                  AND (e.scope IS NULL) = of_removals)
 GROUP BY period, scheme
 ORDER BY min(coalesce(lower(days), '-infinity'))
