-- What records and results refer to exists, and stays: checked once per statement, on the rows that
-- the statement brought. A key checked row by row costs multiples at a million rows. The guards run
-- as their owner, as keys do: who may add a record need not be allowed to lock a department.

CREATE FUNCTION inventory_guard_record_references() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE missing text;
BEGIN
    WITH named AS MATERIALIZED (
        SELECT DISTINCT department_id, batch_id, supersedes_id, created_by_id, edited_by_id,
               submitted_by_id, decided_by_id FROM new_rows
    ), person AS (
        SELECT created_by_id AS id FROM named UNION SELECT edited_by_id FROM named
         UNION SELECT submitted_by_id FROM named UNION SELECT decided_by_id FROM named
    ), wanted AS (
        SELECT 'department' AS kind, department_id AS id FROM named
         UNION SELECT 'import', batch_id FROM named UNION SELECT 'record', supersedes_id FROM named
         UNION SELECT 'person', id FROM person
    ), found AS (
        -- The locks make whoever deletes one of these wait, and then see that it is named.
        SELECT 'department' AS kind, d.id FROM (
            SELECT id FROM organisation_department
             WHERE id IN (SELECT department_id FROM named) ORDER BY id FOR KEY SHARE) d
         UNION ALL SELECT 'import', b.id FROM (
            SELECT id FROM inventory_importbatch
             WHERE id IN (SELECT batch_id FROM named) ORDER BY id FOR KEY SHARE) b
         UNION ALL SELECT 'record', r.id FROM (
            SELECT id FROM inventory_activityrecord
             WHERE id IN (SELECT supersedes_id FROM named) ORDER BY id FOR KEY SHARE) r
         UNION ALL SELECT 'person', p.id FROM (
            SELECT id FROM organisation_user
             WHERE id IN (SELECT id FROM person) ORDER BY id FOR KEY SHARE) p
    )
    SELECT kind || ' ' || id INTO missing
      FROM wanted WHERE id IS NOT NULL AND (kind, id) NOT IN (SELECT kind, id FROM found) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no %, which an activity record names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_record_names_what_is_there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER inventory_record_names_on_insert AFTER INSERT ON inventory_activityrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_record_references();
CREATE TRIGGER inventory_record_names_on_update AFTER UPDATE ON inventory_activityrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_record_references();

CREATE FUNCTION inventory_guard_result_references() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE missing text;
BEGIN
    -- A record that this transaction wrote is locked by that already.
    PERFORM 1 FROM inventory_activityrecord a
      WHERE a.id IN (SELECT activity_record_id FROM new_rows)
        AND a.xmin <> pg_current_xact_id()::xid
      ORDER BY a.id FOR KEY SHARE;
    SELECT 'record ' || n.activity_record_id INTO missing
      FROM new_rows n LEFT JOIN inventory_activityrecord a ON a.id = n.activity_record_id
     WHERE a.id IS NULL LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no %, which a result names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_result_names_what_is_there';
    END IF;

    WITH named AS MATERIALIZED (
        SELECT DISTINCT department_id, factor_id, supersedes_id, proposed_by_id, approved_by_id
          FROM new_rows
    ), person AS (
        SELECT proposed_by_id AS id FROM named UNION SELECT approved_by_id FROM named
    ), wanted AS (
        SELECT 'department' AS kind, department_id AS id FROM named
         UNION SELECT 'factor', factor_id FROM named UNION SELECT 'result', supersedes_id FROM named
         UNION SELECT 'person', id FROM person
    ), found AS (
        SELECT 'department' AS kind, d.id FROM (
            SELECT id FROM organisation_department
             WHERE id IN (SELECT department_id FROM named) ORDER BY id FOR KEY SHARE) d
         UNION ALL SELECT 'factor', f.id FROM (
            SELECT id FROM inventory_emissionfactor
             WHERE id IN (SELECT factor_id FROM named) ORDER BY id FOR KEY SHARE) f
         UNION ALL SELECT 'result', e.id FROM (
            SELECT id FROM inventory_emissionrecord
             WHERE id IN (SELECT supersedes_id FROM named) ORDER BY id FOR KEY SHARE) e
         UNION ALL SELECT 'person', p.id FROM (
            SELECT id FROM organisation_user
             WHERE id IN (SELECT id FROM person) ORDER BY id FOR KEY SHARE) p
    )
    SELECT kind || ' ' || id INTO missing
      FROM wanted WHERE id IS NOT NULL AND (kind, id) NOT IN (SELECT kind, id FROM found) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no %, which a result names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_result_names_what_is_there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER inventory_result_names_on_insert AFTER INSERT ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_result_references();

-- An update of a result changes nothing but its approver and its number, and keeps its keys.
CREATE FUNCTION inventory_guard_result_approver() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE missing bigint;
BEGIN
    PERFORM 1 FROM organisation_user
      WHERE id IN (SELECT approved_by_id FROM new_rows) ORDER BY id FOR KEY SHARE;
    SELECT approved_by_id INTO missing FROM new_rows
     WHERE approved_by_id IS NOT NULL AND approved_by_id NOT IN (SELECT id FROM organisation_user) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no person %, which a result names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_result_names_what_is_there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER inventory_result_names_on_update AFTER UPDATE ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_result_approver();

-- The other side: what is named is not deleted. The triggers' arguments are the columns that name
-- it, as table.column.
CREATE FUNCTION inventory_keep_named() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE place text; named bigint;
BEGIN
    FOREACH place IN ARRAY TG_ARGV LOOP
        EXECUTE format('SELECT g.id FROM old_rows g WHERE EXISTS (SELECT FROM %I r WHERE r.%I = g.id) LIMIT 1',
            split_part(place, '.', 1), split_part(place, '.', 2)) INTO named;
        IF named IS NOT NULL THEN
            RAISE EXCEPTION '% % is still named by %', TG_TABLE_NAME, named, place
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_what_is_named_stays';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER inventory_named_department_stays AFTER DELETE ON organisation_department
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_activityrecord.department_id', 'inventory_emissionrecord.department_id');
CREATE TRIGGER inventory_named_person_stays AFTER DELETE ON organisation_user
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_activityrecord.created_by_id', 'inventory_activityrecord.edited_by_id',
        'inventory_activityrecord.submitted_by_id', 'inventory_activityrecord.decided_by_id',
        'inventory_emissionrecord.proposed_by_id', 'inventory_emissionrecord.approved_by_id');
CREATE TRIGGER inventory_named_import_stays AFTER DELETE ON inventory_importbatch
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_activityrecord.batch_id');
CREATE TRIGGER inventory_named_factor_stays AFTER DELETE ON inventory_emissionfactor
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_emissionrecord.factor_id');
CREATE TRIGGER inventory_named_record_stays AFTER DELETE ON inventory_activityrecord
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_activityrecord.supersedes_id', 'inventory_emissionrecord.activity_record_id');
CREATE TRIGGER inventory_named_result_stays AFTER DELETE ON inventory_emissionrecord
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_named(
        'inventory_emissionrecord.supersedes_id');

-- Nor does it change the number that it is named by. This fires only where an id is set.
CREATE FUNCTION inventory_keep_key() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % keeps its id: others name it by that', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_what_is_named_keeps_its_id';
END $$;

CREATE TRIGGER inventory_department_keeps_its_id BEFORE UPDATE OF id ON organisation_department
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();
CREATE TRIGGER inventory_person_keeps_its_id BEFORE UPDATE OF id ON organisation_user
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();
CREATE TRIGGER inventory_import_keeps_its_id BEFORE UPDATE OF id ON inventory_importbatch
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();
CREATE TRIGGER inventory_factor_keeps_its_id BEFORE UPDATE OF id ON inventory_emissionfactor
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();
CREATE TRIGGER inventory_record_keeps_its_id BEFORE UPDATE OF id ON inventory_activityrecord
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();
CREATE TRIGGER inventory_result_keeps_its_id BEFORE UPDATE OF id ON inventory_emissionrecord
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION inventory_keep_key();

CREATE FUNCTION inventory_keep_facts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied: others name its rows', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_facts_are_never_truncated';
END $$;

CREATE TRIGGER inventory_records_are_never_truncated BEFORE TRUNCATE ON inventory_activityrecord
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_facts();
CREATE TRIGGER inventory_results_are_never_truncated BEFORE TRUNCATE ON inventory_emissionrecord
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_facts();

-- A result is compared with what it was as a row; as JSON that took ten times as long.
CREATE OR REPLACE FUNCTION inventory_keep_emission_record() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE allowed inventory_emissionrecord := OLD;
BEGIN
    allowed.approval_number := NEW.approval_number;
    allowed.approved_by_id := NEW.approved_by_id;
    IF OLD.approval_number IS NULL
       AND (OLD.approved_by_id IS NULL OR OLD.approved_by_id = NEW.approved_by_id)
       AND allowed IS NOT DISTINCT FROM NEW THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'emission record % is never edited: calculate a new one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_emission_record_never_edited';
END $$;

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'inventory\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
