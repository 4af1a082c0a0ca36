-- A scheme's code, currency, mechanism, Scope 2 basis, first day and part in the atmosphere account
-- never change: accounts, statements and settled records were made by them.

CREATE FUNCTION pricing_keep_scheme() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'name' - 'purpose' - 'is_illustrative'
       IS DISTINCT FROM to_jsonb(OLD) - 'name' - 'purpose' - 'is_illustrative' THEN
        RAISE EXCEPTION 'scheme % keeps all but its name and purpose: start another scheme', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_scheme_never_changes';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pricing_scheme_never_changes BEFORE UPDATE ON pricing_scheme
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_scheme();

-- Coverage is never edited; it may only be ended, and not in the past.
CREATE FUNCTION pricing_keep_coverage() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) = to_jsonb(OLD)
           OR (to_jsonb(NEW) - 'in_force' = to_jsonb(OLD) - 'in_force'
               AND lower(NEW.in_force) IS NOT DISTINCT FROM lower(OLD.in_force)
               AND upper(NEW.in_force) >= CURRENT_DATE
               AND (upper_inf(OLD.in_force) OR upper(NEW.in_force) <= upper(OLD.in_force))) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'coverage % is never edited: end it on a coming day and add another', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_coverage_never_edited';
END $$;

CREATE TRIGGER pricing_coverage_never_edited BEFORE UPDATE OR DELETE ON pricing_schemecoverage
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_coverage();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'pricing\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
