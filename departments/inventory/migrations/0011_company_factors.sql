-- The company's own factors are approved once, and a release is never edited.
CREATE FUNCTION inventory_keep_factor_set() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_by_id IS NOT NULL
       OR (to_jsonb(NEW) - 'approved_by_id' - 'approved_at')
          <> (to_jsonb(OLD) - 'approved_by_id' - 'approved_at') THEN
        RAISE EXCEPTION 'factor set % is never changed: load a corrected one under a code of its own',
            OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_factor_set_never_edited';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_factor_set_never_edited BEFORE UPDATE ON inventory_factorset
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_factor_set();

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION inventory_keep_factor_set() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
