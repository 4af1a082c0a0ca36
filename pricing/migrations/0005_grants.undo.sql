DO $$
DECLARE kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['pricing_grantapplication', 'pricing_grantmilestone',
                                'pricing_grantmeasurement', 'pricing_grantbudget'] LOOP
        EXECUTE format('DROP TRIGGER pricing_grant_stays ON %I', kept);
    END LOOP;
END $$;
DROP FUNCTION pricing_refuse_grant_removal();
DROP TRIGGER pricing_guard_grant_measurement ON pricing_grantmeasurement;
DROP FUNCTION pricing_guard_grant_measurement();
DROP TRIGGER pricing_grant_measurement_never_edited ON pricing_grantmeasurement;
DROP TRIGGER pricing_grant_budget_never_edited ON pricing_grantbudget;
DROP FUNCTION pricing_keep_grant_facts();
DROP TRIGGER pricing_keep_milestone ON pricing_grantmilestone;
DROP FUNCTION pricing_keep_milestone();
DROP TRIGGER pricing_keep_grant ON pricing_grantapplication;
DROP FUNCTION pricing_keep_grant();
