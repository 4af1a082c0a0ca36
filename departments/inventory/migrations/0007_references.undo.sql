CREATE OR REPLACE FUNCTION inventory_keep_emission_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approval_number IS NULL
       AND (OLD.approved_by_id IS NULL OR OLD.approved_by_id = NEW.approved_by_id)
       AND to_jsonb(NEW) - 'approval_number' - 'approved_by_id'
         = to_jsonb(OLD) - 'approval_number' - 'approved_by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'emission record % is never edited: calculate a new one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_emission_record_never_edited';
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION inventory_keep_emission_record() SET search_path = %I, pg_temp', current_schema());
END $$;

DROP TRIGGER inventory_results_are_never_truncated ON inventory_emissionrecord;
DROP TRIGGER inventory_records_are_never_truncated ON inventory_activityrecord;
DROP FUNCTION inventory_keep_facts();
DROP TRIGGER inventory_result_keeps_its_id ON inventory_emissionrecord;
DROP TRIGGER inventory_record_keeps_its_id ON inventory_activityrecord;
DROP TRIGGER inventory_factor_keeps_its_id ON inventory_emissionfactor;
DROP TRIGGER inventory_import_keeps_its_id ON inventory_importbatch;
DROP TRIGGER inventory_person_keeps_its_id ON organisation_user;
DROP TRIGGER inventory_department_keeps_its_id ON organisation_department;
DROP FUNCTION inventory_keep_key();
DROP TRIGGER inventory_named_result_stays ON inventory_emissionrecord;
DROP TRIGGER inventory_named_record_stays ON inventory_activityrecord;
DROP TRIGGER inventory_named_factor_stays ON inventory_emissionfactor;
DROP TRIGGER inventory_named_import_stays ON inventory_importbatch;
DROP TRIGGER inventory_named_person_stays ON organisation_user;
DROP TRIGGER inventory_named_department_stays ON organisation_department;
DROP FUNCTION inventory_keep_named();
DROP TRIGGER inventory_result_names_on_update ON inventory_emissionrecord;
DROP FUNCTION inventory_guard_result_approver();
DROP TRIGGER inventory_result_names_on_insert ON inventory_emissionrecord;
DROP FUNCTION inventory_guard_result_references();
DROP TRIGGER inventory_record_names_on_update ON inventory_activityrecord;
DROP TRIGGER inventory_record_names_on_insert ON inventory_activityrecord;
DROP FUNCTION inventory_guard_record_references();
