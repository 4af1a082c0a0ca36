-- Keys without departments reached as far as their person; from now on a key says so itself.
UPDATE organisation_apikey SET is_company_wide = true
 WHERE id NOT IN (SELECT apikey_id FROM organisation_apikey_departments);

-- A department's code is part of account codes and of sealed statements.
CREATE FUNCTION organisation_keep_department_code() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'department % keeps its code for life: accounts and statements name it', OLD.code
        USING ERRCODE = 'restrict_violation',
              CONSTRAINT = 'organisation_department_code_never_changes';
END $$;

CREATE TRIGGER organisation_department_code_never_changes BEFORE UPDATE ON organisation_department
    FOR EACH ROW WHEN (OLD.code IS DISTINCT FROM NEW.code)
    EXECUTE FUNCTION organisation_keep_department_code();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'organisation\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
