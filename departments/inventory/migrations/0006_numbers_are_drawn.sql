-- Nobody chooses an approval number: whatever is given, the next one is drawn under the shared lock.
-- A number of one's own could stay below what a settlement has read already, or above all of them.

CREATE FUNCTION inventory_draw_number() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('inventory_approvals'));
    NEW.approval_number := nextval('inventory_approval_number');
    RETURN NEW;
END $$;

CREATE TRIGGER inventory_approval_number_is_drawn_on_insert
    BEFORE INSERT ON inventory_emissionrecord
    FOR EACH ROW WHEN (NEW.approval_number IS NOT NULL) EXECUTE FUNCTION inventory_draw_number();
CREATE TRIGGER inventory_approval_number_is_drawn_on_update
    BEFORE UPDATE ON inventory_emissionrecord
    FOR EACH ROW WHEN (OLD.approval_number IS NULL AND NEW.approval_number IS NOT NULL)
    EXECUTE FUNCTION inventory_draw_number();

CREATE OR REPLACE FUNCTION inventory_number_approvals(record_ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('inventory_approvals'));
    UPDATE inventory_emissionrecord SET approval_number = 0  -- the trigger draws it
     WHERE id = ANY (record_ids) AND approval_number IS NULL;
END $$;

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'inventory\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
