-- Results are never edited, approved records are never edited, and approvals are numbered so that
-- a settlement can fix its inputs as "everything up to this number".

CREATE SEQUENCE inventory_approval_number;

-- Numbers are drawn under a shared lock, and read under the exclusive one: whoever reads the last
-- number therefore sees every record that bears it or a smaller one.
CREATE FUNCTION inventory_number_approvals(record_ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('inventory_approvals'));
    UPDATE inventory_emissionrecord
       SET approval_number = nextval('inventory_approval_number')
     WHERE id = ANY (record_ids) AND approval_number IS NULL;
END $$;

CREATE FUNCTION inventory_approvals_through() RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('inventory_approvals'));
    RETURN coalesce(pg_sequence_last_value('inventory_approval_number'), 0);
END $$;

CREATE FUNCTION inventory_keep_emission_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approval_number IS NULL AND NEW.approval_number IS NOT NULL
       AND to_jsonb(NEW) - 'approval_number' = to_jsonb(OLD) - 'approval_number' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'emission record % is never edited: calculate a new one that supersedes it', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_emission_record_never_edited';
END $$;

CREATE TRIGGER inventory_emission_record_never_edited BEFORE UPDATE ON inventory_emissionrecord
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION inventory_keep_emission_record();

CREATE FUNCTION inventory_number_only_approved() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
    SELECT e.id INTO wrong
      FROM new_rows e JOIN inventory_activityrecord a ON a.id = e.activity_record_id
     WHERE e.approval_number IS NOT NULL AND a.state <> 'approved' LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'emission record % belongs to a record that is not approved', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_numbered_record_is_approved';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER inventory_numbered_on_update AFTER UPDATE ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_number_only_approved();
CREATE TRIGGER inventory_numbered_on_insert AFTER INSERT ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_number_only_approved();

CREATE FUNCTION inventory_keep_approved() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% % is approved and never edited: correct it with a new one',
        TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_approved_record_never_edited';
END $$;

CREATE TRIGGER inventory_approved_record_never_edited
    BEFORE UPDATE OR DELETE ON inventory_activityrecord
    FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION inventory_keep_approved();
CREATE TRIGGER inventory_numbered_record_never_deleted BEFORE DELETE ON inventory_emissionrecord
    FOR EACH ROW WHEN (OLD.approval_number IS NOT NULL) EXECUTE FUNCTION inventory_keep_approved();

-- What neighbours may read set-based: every approved result that a scheme may settle, with the
-- approval number of the result that superseded it, if any. Removals count once verified.
CREATE VIEW inventory_chargeable AS
SELECT e.id, e.department_id, e.activity_on, e.country, e.kind, e.scope, e.category,
       e.durability_class, e.location_kgco2e, e.market_kgco2e, e.approval_number,
       e.supersedes_id, successor.approval_number AS superseded_at_number
  FROM inventory_emissionrecord e
  LEFT JOIN inventory_emissionrecord successor
    ON successor.supersedes_id = e.id AND successor.approval_number IS NOT NULL
 WHERE e.approval_number IS NOT NULL
   AND (e.kind = 'emission' OR e.removal_state IN ('verified', 'retired'));

-- The other side: every approved result that another approved one has superseded.
CREATE VIEW inventory_superseded AS
SELECT e.id, e.department_id, e.activity_on, successor.approval_number AS superseded_at_number
  FROM inventory_emissionrecord successor
  JOIN inventory_emissionrecord e ON e.id = successor.supersedes_id
 WHERE successor.supersedes_id IS NOT NULL
   AND successor.approval_number IS NOT NULL AND e.approval_number IS NOT NULL;
