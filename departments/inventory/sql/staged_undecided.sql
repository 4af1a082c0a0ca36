SELECT r.activity, s.ended_on, s.quantity, r.unit, r.place, r.inputs, r.is_estimated
  FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id
 WHERE s.location_kgco2e IS NULL
   AND (KGCO2E(s.quantity, r.location_per_unit, r.is_exact) IS NULL
     OR KGCO2E(s.quantity, r.market_per_unit, r.is_exact) IS NULL)
