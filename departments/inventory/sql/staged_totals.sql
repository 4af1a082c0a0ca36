SELECT coalesce(sum(location) FILTER (WHERE market IS NOT NULL), 0),
       coalesce(sum(market) FILTER (WHERE location IS NOT NULL), 0),
       count(*) FILTER (WHERE location IS NULL OR market IS NULL)
  FROM (SELECT coalesce(s.location_kgco2e,
                        KGCO2E(s.quantity, r.location_per_unit, r.is_exact)) AS location,
               coalesce(s.market_kgco2e,
                        KGCO2E(s.quantity, r.market_per_unit, r.is_exact)) AS market
          FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id) result
