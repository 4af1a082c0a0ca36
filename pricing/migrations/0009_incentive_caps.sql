CREATE TRIGGER pricing_approved_incentive_cap_never_edited
    BEFORE UPDATE OR DELETE ON pricing_incentivecap
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION pricing_keep_of_days();
