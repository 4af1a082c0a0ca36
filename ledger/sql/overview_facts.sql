-- What there is, what waits, and how much of the tonnes is estimated; one row.
SELECT EXISTS (SELECT FROM organisation_department),
       EXISTS (SELECT FROM inventory_emissionfactor),
       EXISTS (SELECT FROM pricing_carbonprice WHERE approved_by_id IS NOT NULL),
       EXISTS (SELECT FROM inventory_activityrecord),
       (SELECT count(*) FROM inventory_activityrecord WHERE state = 'submitted'),
       (SELECT coalesce(sum(market_kgco2e) FILTER (WHERE is_estimated), 0)
               / nullif(sum(market_kgco2e), 0)
          FROM inventory_daytotal
         WHERE kind = 'emission'
           AND activity_on >= %(first_day)s AND activity_on < %(day_after)s)
