DROP TRIGGER inventory_sum_approved_on_insert ON inventory_emissionrecord;
DROP TRIGGER inventory_sum_approved_on_update ON inventory_emissionrecord;
DROP FUNCTION inventory_sum_approved();
DROP FUNCTION inventory_sum_results(bigint[]);
DROP FUNCTION inventory_add_to_days(date, text, int, int, boolean, numeric, numeric, bigint);
