-- A recalculation of an approved record names who approved it: set once, before its number.

CREATE OR REPLACE FUNCTION inventory_keep_emission_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approval_number IS NULL
       AND (OLD.approved_by_id IS NULL OR OLD.approved_by_id = NEW.approved_by_id)
       AND to_jsonb(NEW) - 'approval_number' - 'approved_by_id'
         = to_jsonb(OLD) - 'approval_number' - 'approved_by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'emission record % is never edited: calculate a new one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_emission_record_never_edited';
END $$;
