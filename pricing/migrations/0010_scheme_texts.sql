-- What a company said about a scheme stays as it was approved; a correction is the next version.
CREATE FUNCTION pricing_keep_text() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scheme text % is approved and never edited: propose the next version', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_approved_text_never_edited';
END $$;

CREATE TRIGGER pricing_approved_text_never_edited BEFORE UPDATE OR DELETE ON pricing_schemetext
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_text();

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION pricing_keep_text() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
