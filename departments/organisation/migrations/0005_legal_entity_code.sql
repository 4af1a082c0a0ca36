-- A legal entity's code is part of account codes and of statements.
CREATE FUNCTION organisation_keep_legal_entity_code() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'legal entity % keeps its code for life: accounts and statements name it', OLD.code
        USING ERRCODE = 'restrict_violation',
              CONSTRAINT = 'organisation_legal_entity_code_never_changes';
END $$;

CREATE TRIGGER organisation_legal_entity_code_never_changes BEFORE UPDATE ON organisation_legalentity
    FOR EACH ROW WHEN (OLD.code IS DISTINCT FROM NEW.code)
    EXECUTE FUNCTION organisation_keep_legal_entity_code();

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION organisation_keep_legal_entity_code() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
