INSERT INTO inventory_calculationrecipe (digest, template)
SELECT DISTINCT ON (digest) digest, template FROM inventory_going_recipe ORDER BY digest
    ON CONFLICT (digest) DO NOTHING;
ANALYZE inventory_going_recipe;
INSERT INTO inventory_emissionrecord (
    activity_record_id, department_id, activity_on, country, kind, scope, category,
    durability_class, removal_state, location_kgco2e, market_kgco2e, factor_id, gwp_set,
    quality_tier, trace, recipe_id, reason, calculated_at)
SELECT id, department_id, ended_on, country, kind, scope, category, durability_class, removal_state,
       location, market, factor_id, gwp_set, quality_tier, '{}', recipe_id, '', %(at)s
  FROM (SELECT g.id, g.department_id, g.ended_on, r.country, r.kind, r.scope, r.category,
               r.durability_class, r.removal_state, r.factor_id, r.gwp_set, r.quality_tier,
               kept.id AS recipe_id,
               KGCO2E(g.quantity, r.location_per_unit, r.is_exact) AS location,
               KGCO2E(g.quantity, r.market_per_unit, r.is_exact) AS market
          FROM inventory_going g
          JOIN inventory_going_recipe r
            ON r.activity = g.activity AND r.unit = g.unit AND r.place = g.place
           AND r.year = g.year AND r.inputs = g.inputs AND r.is_estimated = g.is_estimated
          JOIN inventory_calculationrecipe kept ON kept.digest = r.digest
         WHERE g.quantity > 0) made
 WHERE abs(location) <= %(largest)s AND abs(market) <= %(largest)s  -- nor where either is null
 ORDER BY id;
