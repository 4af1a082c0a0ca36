DROP TRIGGER inventory_approval_number_is_drawn_on_update ON inventory_emissionrecord;
DROP TRIGGER inventory_approval_number_is_drawn_on_insert ON inventory_emissionrecord;
DROP FUNCTION inventory_draw_number();

CREATE OR REPLACE FUNCTION inventory_number_approvals(record_ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('inventory_approvals'));
    UPDATE inventory_emissionrecord
       SET approval_number = nextval('inventory_approval_number')
     WHERE id = ANY (record_ids) AND approval_number IS NULL;
END $$;

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'inventory\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s RESET search_path', guard);
    END LOOP;
END $$;
