-- Verified removals of a project never exceed what is measured less the buffer. A removal claims its
-- tonnes when it gets its approval number; the lock on the project has others wait. A result that
-- supersedes another one takes its claim back.
CREATE FUNCTION inventory_claim_removal() RETURNS trigger
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
CREATE TRIGGER inventory_removal_claims_on_update AFTER UPDATE ON inventory_emissionrecord
    FOR EACH ROW WHEN (NEW.approval_number IS NOT NULL AND OLD.approval_number IS NULL
                       AND (NEW.kind = 'removal' OR NEW.supersedes_id IS NOT NULL))
    EXECUTE FUNCTION inventory_claim_removal();
CREATE TRIGGER inventory_removal_claims_on_insert AFTER INSERT ON inventory_emissionrecord
    FOR EACH ROW WHEN (NEW.approval_number IS NOT NULL
                       AND (NEW.kind = 'removal' OR NEW.supersedes_id IS NOT NULL))
    EXECUTE FUNCTION inventory_claim_removal();

-- Projects and measurements are approved once, and are otherwise what was entered.
CREATE FUNCTION inventory_keep_absorption() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_by_id IS NULL
       AND (TG_OP = 'DELETE' OR to_jsonb(NEW) - 'approved_by_id' - 'approved_at'
                              = to_jsonb(OLD) - 'approved_by_id' - 'approved_at') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION '% % is never edited', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_absorption_never_edited';
END $$;
CREATE TRIGGER inventory_project_never_edited BEFORE UPDATE OR DELETE ON inventory_absorptionproject
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_absorption();
CREATE TRIGGER inventory_measurement_never_edited BEFORE UPDATE OR DELETE ON inventory_absorptionmeasurement
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_absorption();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_claim_removal', 'inventory_keep_absorption') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
