-- A rate for what is abated is one that a price is like: never edited once approved, only ended, and
-- not in the past.
CREATE TRIGGER pricing_approved_abatement_rate_never_edited
    BEFORE UPDATE OR DELETE ON pricing_abatementrate
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_approved();
