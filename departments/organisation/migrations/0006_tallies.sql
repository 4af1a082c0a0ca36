-- Whoever is disabled has no session any more, nor afterwards: sessions hold how often that happened.
-- The database alone counts, so that no row that was read before takes it back.

CREATE FUNCTION organisation_count_disabled() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.disabled_count := OLD.disabled_count + (OLD.is_active AND NOT NEW.is_active)::int;
    RETURN NEW;
END $$;

CREATE TRIGGER organisation_count_disabled BEFORE UPDATE ON organisation_user
    FOR EACH ROW EXECUTE FUNCTION organisation_count_disabled();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION organisation_count_disabled() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
