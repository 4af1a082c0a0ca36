-- A key is approved once, when its shares add up, and is otherwise what was proposed.
CREATE FUNCTION inventory_keep_allocation_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE allowed inventory_allocationkey := OLD; total numeric;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.approved_by_id IS NULL THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.approved_by_id IS NULL THEN
        allowed.approved_by_id := NEW.approved_by_id;
        allowed.approved_at := NEW.approved_at;
        IF allowed IS NOT DISTINCT FROM NEW THEN
            SELECT sum(quantity) INTO total FROM inventory_allocationshare WHERE key_id = OLD.id;
            IF total IS NULL OR (OLD.driver = 'percent' AND total <> 100) THEN
                RAISE EXCEPTION 'the shares of key % add up to %', OLD.id, coalesce(total, 0)
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_shares_of_a_key_add_up';
            END IF;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'allocation key % is never edited: propose a new version', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_key_never_edited';
END $$;
CREATE TRIGGER inventory_key_never_edited BEFORE UPDATE OR DELETE ON inventory_allocationkey
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_allocation_key();

CREATE FUNCTION inventory_begin_allocation_key() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a key begins as a proposal, and is approved with its shares'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_key_begins_proposed';
END $$;
CREATE TRIGGER inventory_key_begins_proposed BEFORE INSERT ON inventory_allocationkey
    FOR EACH ROW WHEN (NEW.approved_by_id IS NOT NULL) EXECUTE FUNCTION inventory_begin_allocation_key();

-- Shares come while their key is proposed, and go only with it. The lock waits for an approval.
CREATE FUNCTION inventory_keep_allocation_share() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE approver bigint;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        SELECT approved_by_id INTO approver FROM inventory_allocationkey
         WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.key_id ELSE OLD.key_id END FOR SHARE;
        IF approver IS NULL THEN
            RETURN CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
        END IF;
    END IF;
    RAISE EXCEPTION 'the shares of a key are never edited: propose a new version'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_share_never_edited';
END $$;
CREATE TRIGGER inventory_share_never_edited
    BEFORE INSERT OR UPDATE OR DELETE ON inventory_allocationshare
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_allocation_share();

-- A part stays, and names a record of its department that was made for it.
CREATE FUNCTION inventory_keep_allocated_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM inventory_activityrecord part, inventory_activityrecord pool
                    WHERE part.id = NEW.part_record_id AND part.activity = 'shared/allocated'
                      AND part.department_id = NEW.department_id AND part.state = 'approved'
                      AND pool.id = NEW.pool_record_id AND pool.activity <> 'shared/allocated'
                      AND pool.state = 'approved' AND pool.ended_on = part.ended_on) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'record % is not made for a share of record %', NEW.part_record_id, NEW.pool_record_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_part_fits_its_record';
    END IF;
    RAISE EXCEPTION 'part % of a shared record is never edited', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_allocated_part_never_edited';
END $$;
CREATE TRIGGER inventory_allocated_part_never_edited
    BEFORE INSERT OR UPDATE OR DELETE ON inventory_allocatedpart
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_allocated_part();

-- Sharing out moves kilograms and makes none: the parts of a record in force add up to nothing, on
-- both bases, in each scope, category, country and day. Checked where results get their numbers.
CREATE FUNCTION inventory_guard_allocated_parts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE wrong record;
BEGIN
    IF NOT EXISTS (SELECT FROM inventory_allocatedpart) THEN
        RETURN NULL;
    END IF;
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT p.pool_record_id FROM new_rows n
          JOIN inventory_allocatedpart p ON p.part_record_id = n.activity_record_id
         WHERE n.approval_number IS NOT NULL
    )
    SELECT p.pool_record_id AS id, sum(e.location_kgco2e) AS location, sum(e.market_kgco2e) AS market
      INTO wrong
      FROM touched t
      JOIN inventory_allocatedpart p ON p.pool_record_id = t.pool_record_id
      JOIN inventory_emissionrecord e ON e.activity_record_id = p.part_record_id
     WHERE e.approval_number IS NOT NULL AND NOT EXISTS (
           SELECT FROM inventory_emissionrecord s
            WHERE s.supersedes_id = e.id AND s.approval_number IS NOT NULL)
     GROUP BY p.pool_record_id, e.kind, e.scope, e.category, e.country, e.activity_on
    HAVING sum(e.location_kgco2e) <> 0 OR sum(e.market_kgco2e) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the parts of record % add up to % and % kg, not to nothing',
            wrong.id, wrong.location, wrong.market
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_parts_add_up_to_nothing';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_parts_add_up_on_insert AFTER INSERT ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_allocated_parts();
CREATE TRIGGER inventory_parts_add_up_on_update AFTER UPDATE ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_allocated_parts();

-- A record with results is a part from then on only if nothing of it counts yet.
CREATE FUNCTION inventory_guard_new_parts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n JOIN inventory_emissionrecord e
                 ON e.activity_record_id = n.part_record_id AND e.approval_number IS NOT NULL) THEN
        RAISE EXCEPTION 'a record that counts already does not become a part'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_parts_add_up_to_nothing';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_new_parts_count_later AFTER INSERT ON inventory_allocatedpart
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_new_parts();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_keep_allocation_key', 'inventory_begin_allocation_key',
                                    'inventory_keep_allocation_share', 'inventory_keep_allocated_part',
                                    'inventory_guard_allocated_parts', 'inventory_guard_new_parts') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
