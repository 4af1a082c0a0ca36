-- Once approved a rate is never edited: a correction is another one for the same day.
CREATE FUNCTION pricing_keep_exchange_rate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'exchange rate % is approved and never edited: load another for its day', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_approved_exchange_rate_never_edited';
END $$;

CREATE TRIGGER pricing_approved_exchange_rate_never_edited
    BEFORE UPDATE OR DELETE ON pricing_exchangerate
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL)
    EXECUTE FUNCTION pricing_keep_exchange_rate();

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION pricing_keep_exchange_rate() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
