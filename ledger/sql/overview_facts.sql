-- What there is, what waits, and how much of the tonnes is estimated; one row.
SELECT EXISTS (SELECT FROM organisation_department),
       EXISTS (SELECT FROM inventory_emissionfactor),
       EXISTS (SELECT FROM pricing_carbonprice WHERE approved_by_id IS NOT NULL),
       EXISTS (SELECT FROM inventory_activityrecord),
       (SELECT count(*) FROM inventory_activityrecord WHERE state = 'submitted'),
       estimated.share
  FROM (SELECT coalesce(sum(e.market_kgco2e) FILTER (WHERE a.is_estimated), 0)
               / nullif(sum(e.market_kgco2e), 0)
          FROM inventory_emissionrecord e
          JOIN inventory_activityrecord a ON a.id = e.activity_record_id
         WHERE e.approval_number IS NOT NULL
           AND e.kind = 'emission'
           AND e.activity_on >= %(first_day)s
           AND e.activity_on < %(day_after)s
           AND NOT EXISTS (SELECT FROM inventory_emissionrecord successor
                            WHERE successor.supersedes_id = e.id
                              AND successor.approval_number IS NOT NULL)
       ) AS estimated (share)
