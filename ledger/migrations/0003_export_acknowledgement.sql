-- What finance acknowledged stays acknowledged, by whom and as what.

CREATE FUNCTION ledger_keep_acknowledgement() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an acknowledgement stays as it is: export anew and acknowledge that'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_acknowledgement_never_changes';
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ledger_keep_acknowledgement() SET search_path = %I, pg_temp',
                   current_schema());
END $$;

CREATE TRIGGER ledger_acknowledgement_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_exportacknowledgement FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_keep_acknowledgement();
