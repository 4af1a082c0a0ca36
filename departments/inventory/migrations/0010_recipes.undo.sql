DROP TRIGGER inventory_result_names_its_recipe ON inventory_emissionrecord;
DROP FUNCTION inventory_guard_result_recipe();
DROP TRIGGER inventory_recipe_never_edited ON inventory_calculationrecipe;
DROP FUNCTION inventory_keep_recipe();
