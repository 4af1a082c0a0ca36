-- How much of what waits for another person, kind by kind; what does not wait has no row.
SELECT found.what, found.number FROM (
    SELECT 'prices', count(*) FROM pricing_carbonprice WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'rates', count(*) FROM pricing_incentiverate WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'baselines', count(*) FROM pricing_baseline WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'abatement_rates', count(*) FROM pricing_abatementrate WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'incentive_caps', count(*) FROM pricing_incentivecap WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'event_rates', count(*) FROM pricing_eventrate WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'contributions', count(*) FROM pricing_contribution WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'texts', count(*) FROM pricing_schemetext WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'exchange_rates', count(*) FROM pricing_exchangerate WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'grant_budgets', count(*) FROM pricing_grantbudget WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'grants_to_score', count(*) FROM pricing_grantapplication WHERE state = 'applied'
     UNION ALL
    SELECT 'grants_to_propose', count(*) FROM pricing_grantapplication WHERE state = 'scored'
     UNION ALL
    SELECT 'grants_to_award', count(*) FROM pricing_grantapplication WHERE state = 'proposed'
     UNION ALL
    SELECT 'milestones', count(*) FROM pricing_grantmilestone m
     WHERE m.evidenced_by_id IS NOT NULL AND m.accepted_by_id IS NULL
       AND EXISTS (SELECT FROM pricing_grantapplication g
                    WHERE g.id = m.grant_id AND g.state = 'awarded')
     UNION ALL
    SELECT 'grant_measurements', count(*) FROM pricing_grantmeasurement
     WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'instruments', count(*) FROM inventory_instrument WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'allocation_keys', count(*) FROM inventory_allocationkey WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'readings', count(*) FROM inventory_sitereading WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'factor_sets', count(*) FROM inventory_factorset
     WHERE proposed_by_id IS NOT NULL AND approved_by_id IS NULL
     UNION ALL
    SELECT 'absorption_projects', count(*) FROM inventory_absorptionproject
     WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'absorption', count(*) FROM inventory_absorptionmeasurement
     WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'aims', count(*) FROM ledger_climateaim WHERE approved_by_id IS NULL
     UNION ALL
    SELECT 'manual', count(*) FROM ledger_manualentry WHERE state = 'proposed'
     UNION ALL
    SELECT 'disputes', count(*) FROM ledger_dispute WHERE state = 'open'
     UNION ALL
    SELECT 'mails', count(*) FROM organisation_noticemail
     WHERE sent_at IS NULL AND given_up_at IS NULL AND error <> ''
) AS found (what, number)
 WHERE found.number > 0
