-- A reading begins unapproved, is approved once, and is otherwise what was entered. Its days leave
-- the series only together with the approval of its correction, which makes this trigger set it.
CREATE FUNCTION inventory_keep_reading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE allowed inventory_sitereading; corrected inventory_sitereading;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.approved_by_id IS NOT NULL OR NEW.superseded_at IS NOT NULL THEN
            RAISE EXCEPTION 'a reading begins without approval, and is corrected later'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_reading_begins_unapproved';
        END IF;
        SELECT * INTO corrected FROM inventory_sitereading WHERE id = NEW.supersedes_id FOR NO KEY UPDATE;
        IF FOUND AND (corrected.approved_by_id IS NULL OR corrected.site_id <> NEW.site_id
                      OR corrected.indicator <> NEW.indicator) THEN
            RAISE EXCEPTION 'reading % is not approved, or is of another site or indicator', corrected.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_correction_is_of_its_reading';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.approved_by_id IS NULL THEN
            RETURN OLD;
        END IF;
    ELSE
        allowed := OLD;
        IF OLD.approved_by_id IS NULL THEN
            allowed.approved_by_id := NEW.approved_by_id;
            allowed.approved_at := NEW.approved_at;
        ELSIF OLD.superseded_at IS NULL AND pg_trigger_depth() > 1 THEN
            allowed.superseded_at := NEW.superseded_at;
        END IF;
        IF allowed IS NOT DISTINCT FROM NEW THEN
            IF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL THEN
                UPDATE inventory_sitereading SET superseded_at = NEW.approved_at
                 WHERE id = NEW.supersedes_id;
            END IF;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'reading % is never edited: enter one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_reading_never_edited';
END $$;
CREATE TRIGGER inventory_reading_never_edited BEFORE INSERT OR UPDATE OR DELETE ON inventory_sitereading
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_reading();

CREATE FUNCTION inventory_keep_site_code() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'site % keeps its code: readings and reports name it', OLD.code
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_site_code_never_changes';
END $$;
CREATE TRIGGER inventory_site_code_never_changes BEFORE UPDATE OF code ON inventory_site
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION inventory_keep_site_code();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_keep_reading', 'inventory_keep_site_code') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
