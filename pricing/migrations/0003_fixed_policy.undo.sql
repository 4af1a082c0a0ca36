DROP TRIGGER pricing_coverage_never_edited ON pricing_schemecoverage;
DROP FUNCTION pricing_keep_coverage();
DROP TRIGGER pricing_scheme_never_changes ON pricing_scheme;
DROP FUNCTION pricing_keep_scheme();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'pricing\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s RESET search_path', guard);
    END LOOP;
END $$;
