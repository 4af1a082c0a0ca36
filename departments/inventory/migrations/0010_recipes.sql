-- A recipe is kept once and for good: results are printed from it.
CREATE FUNCTION inventory_keep_recipe() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a calculation recipe is never changed: results are printed from it'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_recipe_never_edited';
END $$;
CREATE TRIGGER inventory_recipe_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE
    ON inventory_calculationrecipe FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_recipe();

CREATE FUNCTION inventory_guard_result_recipe() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE missing bigint;
BEGIN
    SELECT recipe_id INTO missing FROM (SELECT DISTINCT recipe_id FROM new_rows) named
     WHERE recipe_id IS NOT NULL
       AND recipe_id NOT IN (SELECT id FROM inventory_calculationrecipe) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no recipe %, which a result names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_result_names_what_is_there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_result_names_its_recipe AFTER INSERT ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_result_recipe();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_keep_recipe', 'inventory_guard_result_recipe') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
