CREATE OR REPLACE FUNCTION pricing_keep_approved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - 'in_force' = to_jsonb(OLD) - 'in_force'
       AND lower(NEW.in_force) = lower(OLD.in_force)
       AND upper(NEW.in_force) >= CURRENT_DATE
       AND (upper_inf(OLD.in_force) OR upper(OLD.in_force) >= CURRENT_DATE) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % is approved and never edited: end it on a coming day and announce a new one',
        TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_approved_price_never_edited';
END $$;

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION pricing_keep_approved() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
