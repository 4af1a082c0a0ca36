SELECT count(*) FROM inventory_daytotal
-- then
SELECT format('total of %s, %s', activity_on, kind),
       format('scope %s, category %s, estimated %s: kept as %s and %s kg of %s results; they make %s and '
              '%s kg of %s', scope, category, is_estimated, coalesce(k.location, 0),
              coalesce(k.market, 0), coalesce(k.results, 0), coalesce(r.location, 0),
              coalesce(r.market, 0), coalesce(r.results, 0))
  FROM (SELECT activity_on, kind, coalesce(scope, 0) AS scope, coalesce(category, 0) AS category,
               is_estimated, sum(location_kgco2e) AS location, sum(market_kgco2e) AS market,
               sum(result_count) AS results
          FROM inventory_daytotal GROUP BY 1, 2, 3, 4, 5) k
  FULL JOIN (
        SELECT e.activity_on, e.kind, coalesce(e.scope, 0) AS scope,
               coalesce(e.category, 0) AS category, a.is_estimated,
               sum(e.location_kgco2e) AS location, sum(e.market_kgco2e) AS market,
               count(*) AS results
          FROM inventory_emissionrecord e
          JOIN inventory_activityrecord a ON a.id = e.activity_record_id
          LEFT JOIN inventory_emissionrecord successor
            ON successor.supersedes_id = e.id AND successor.approval_number IS NOT NULL
         WHERE e.approval_number IS NOT NULL AND successor.id IS NULL
           AND (e.kind = 'emission' OR e.removal_state IN ('verified', 'retired'))
         GROUP BY 1, 2, 3, 4, 5) r USING (activity_on, kind, scope, category, is_estimated)
 WHERE (coalesce(k.location, 0), coalesce(k.market, 0), coalesce(k.results, 0))
    <> (coalesce(r.location, 0), coalesce(r.market, 0), coalesce(r.results, 0))
 ORDER BY 1, 2
