CREATE OR REPLACE FUNCTION inventory_claim_removal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE asked text; project inventory_absorptionproject; claimed numeric; claimable numeric;
BEGIN
    DELETE FROM inventory_absorptionclaim WHERE emission_record_id = NEW.supersedes_id;
    SELECT inputs ->> 'project' INTO asked FROM inventory_activityrecord WHERE id = NEW.activity_record_id;
    IF coalesce(asked, '') = '' OR NEW.kind <> 'removal'
       OR NEW.removal_state NOT IN ('verified', 'retired') OR NEW.market_kgco2e <= 0 THEN
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
