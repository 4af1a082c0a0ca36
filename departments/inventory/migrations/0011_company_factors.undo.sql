DROP TRIGGER inventory_factor_set_never_edited ON inventory_factorset;
DROP FUNCTION inventory_keep_factor_set();
