-- An import is never edited; it is undone once, by somebody and at a time.
CREATE FUNCTION inventory_keep_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
       AND to_jsonb(NEW) - 'undone_at' - 'undone_by_id'
         = to_jsonb(OLD) - 'undone_at' - 'undone_by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'import % is never edited, and undone once', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_import_never_edited';
END $$;
CREATE TRIGGER inventory_import_never_edited BEFORE UPDATE ON inventory_importbatch
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION inventory_keep_import();

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION inventory_keep_import() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
