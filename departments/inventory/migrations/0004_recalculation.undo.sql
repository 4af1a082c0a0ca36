CREATE OR REPLACE FUNCTION inventory_keep_emission_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approval_number IS NULL AND NEW.approval_number IS NOT NULL
       AND to_jsonb(NEW) - 'approval_number' = to_jsonb(OLD) - 'approval_number' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'emission record % is never edited: calculate a new one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_emission_record_never_edited';
END $$;
