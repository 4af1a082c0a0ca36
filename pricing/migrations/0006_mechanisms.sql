-- What is approved for a range of days is never edited, nor ended: its quantity is of all its days.
-- A rate for events is one that a price is like: it may be ended, and not in the past.

CREATE FUNCTION pricing_keep_of_days() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is approved and never edited: propose one more, of other days, that corrects it',
        TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_approved_baseline_never_edited';
END $$;

CREATE TRIGGER pricing_approved_baseline_never_edited BEFORE UPDATE OR DELETE ON pricing_baseline
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_of_days();
CREATE TRIGGER pricing_approved_contribution_never_edited
    BEFORE UPDATE OR DELETE ON pricing_contribution
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_of_days();
CREATE TRIGGER pricing_approved_event_rate_never_edited BEFORE UPDATE OR DELETE ON pricing_eventrate
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_approved();

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION pricing_keep_of_days() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
