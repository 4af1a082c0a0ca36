-- A verified removal earns. So it claims from its project what two people have measured; or, of no
-- project, it is approved by somebody who approves for the whole company.

CREATE OR REPLACE FUNCTION inventory_claim_removal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    asked text; decided_by bigint; claimed numeric; claimable numeric;
    project inventory_absorptionproject;
BEGIN
    DELETE FROM inventory_absorptionclaim WHERE emission_record_id = NEW.supersedes_id;
    SELECT inputs ->> 'project', coalesce(NEW.approved_by_id, decided_by_id) INTO asked, decided_by
      FROM inventory_activityrecord WHERE id = NEW.activity_record_id;
    IF NEW.kind <> 'removal' OR NEW.removal_state NOT IN ('verified', 'retired')
       OR NEW.market_kgco2e <= 0 THEN
        RETURN NULL;
    END IF;
    IF coalesce(asked, '') = '' THEN
        IF NOT EXISTS (
            SELECT FROM organisation_membership m JOIN organisation_user u ON u.id = m.user_id
             WHERE m.user_id = decided_by AND m.role = 'sustainability_approver' AND u.is_active) THEN
            RAISE EXCEPTION 'record % is a verified removal of no project, and nobody of the company approved it',
                NEW.activity_record_id
                USING ERRCODE = 'check_violation', DETAIL = NEW.activity_record_id::text,
                      CONSTRAINT = 'inventory_removal_is_measured_or_approved_for_the_company';
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO project FROM inventory_absorptionproject WHERE code = asked FOR NO KEY UPDATE;
    IF NOT FOUND OR project.approved_by_id IS NULL
       OR project.durability_class <> NEW.durability_class THEN
        RAISE EXCEPTION 'record % names the project “%”, which is not approved, or stores carbon for another time',
            NEW.activity_record_id, asked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_removal_names_its_project';
    END IF;
    INSERT INTO inventory_absorptionclaim (project_id, emission_record_id, claimed_kgco2e)
    VALUES (project.id, NEW.id, NEW.market_kgco2e);
    SELECT coalesce(sum(claimed_kgco2e), 0) INTO claimed
      FROM inventory_absorptionclaim WHERE project_id = project.id;
    SELECT coalesce(sum(tonnes), 0) * (1 - project.buffer_share) * 1000 INTO claimable
      FROM inventory_absorptionmeasurement
     WHERE project_id = project.id AND approved_by_id IS NOT NULL;
    IF claimed > claimable THEN
        RAISE EXCEPTION 'verified removals of % would add up to % kg; measured, less the buffer, are % kg',
            project.code, trim_scale(claimed), trim_scale(claimable)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_removals_stay_within_measurement';
    END IF;
    RETURN NULL;
END $$;

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION inventory_claim_removal() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
