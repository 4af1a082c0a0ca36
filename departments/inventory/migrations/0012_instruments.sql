-- An instrument is never used beyond its volume, nor twice, nor outside of its market and vintage:
-- checked once per statement, under locks on the records and the instruments that it names.
CREATE FUNCTION inventory_guard_instrument_uses() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE wrong record;
BEGIN
    -- Two that match at once wait here for each other, records first; each query below sees what
    -- the other has written.
    PERFORM 1 FROM inventory_activityrecord
      WHERE id IN (SELECT activity_record_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM inventory_instrument
      WHERE id IN (SELECT instrument_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;

    SELECT n.instrument_id AS id INTO wrong FROM new_rows n
      JOIN inventory_instrument i ON i.id = n.instrument_id WHERE i.approved_by_id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'instrument % is not approved and covers nothing yet', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_only_approved_instruments_cover';
    END IF;

    SELECT a.id INTO wrong FROM new_rows n JOIN inventory_activityrecord a ON a.id = n.activity_record_id
     WHERE n.released_at IS NULL AND (a.state <> 'approved' OR a.activity <> 'electricity/grid'
        OR EXISTS (SELECT FROM inventory_activityrecord c
                    WHERE c.supersedes_id = a.id AND c.state = 'approved')) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'record % is no approved purchase of electricity, or is corrected', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_use_names_a_record_in_force';
    END IF;

    SELECT a.id, a.ended_on, i.id AS instrument_id, i.generated_from INTO wrong FROM new_rows n
      JOIN inventory_activityrecord a ON a.id = n.activity_record_id
      JOIN inventory_instrument i ON i.id = n.instrument_id
     WHERE extract(year FROM a.ended_on) <> extract(year FROM i.generated_from) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'record % of % is of another year than instrument %, generated from %',
            wrong.id, wrong.ended_on, wrong.instrument_id, wrong.generated_from
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_use_is_of_the_vintage_year';
    END IF;

    SELECT n.activity_record_id AS id, i.id AS instrument_id, i.market INTO wrong FROM new_rows n
      JOIN inventory_instrument i ON i.id = n.instrument_id
     WHERE NOT EXISTS (SELECT FROM inventory_emissionrecord e
                        WHERE e.activity_record_id = n.activity_record_id
                          AND e.approval_number IS NOT NULL AND e.country = ANY (i.countries)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'record % lies outside of %, the market of instrument %',
            wrong.id, wrong.market, wrong.instrument_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_use_is_of_the_market';
    END IF;

    SELECT a.id, i.id AS instrument_id INTO wrong FROM new_rows n
      JOIN inventory_activityrecord a ON a.id = n.activity_record_id
      JOIN inventory_instrument i ON i.id = n.instrument_id
     WHERE i.legal_entity_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM organisation_departmentplacement p
                        WHERE p.department_id = a.department_id AND p.in_force @> a.ended_on
                          AND p.legal_entity_id = i.legal_entity_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'record % is of another legal entity than instrument %',
            wrong.id, wrong.instrument_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_use_is_of_the_owner';
    END IF;

    SELECT i.id, i.volume_kwh, sum(u.covered_kwh) AS used_kwh INTO wrong
      FROM inventory_instrument i
      JOIN inventory_instrumentuse u ON u.instrument_id = i.id AND u.released_at IS NULL
     WHERE i.id IN (SELECT instrument_id FROM new_rows)
     GROUP BY i.id HAVING sum(u.covered_kwh) > i.volume_kwh LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'instrument % has % kWh; its uses add up to % kWh',
            wrong.id, wrong.volume_kwh, wrong.used_kwh
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_instrument_is_not_overused';
    END IF;

    -- The energy of a record is known here where it is entered in kWh, MWh or GWh.
    SELECT a.id, sum(u.covered_kwh) AS covered_kwh INTO wrong
      FROM inventory_activityrecord a
      JOIN inventory_instrumentuse u ON u.activity_record_id = a.id AND u.released_at IS NULL
     WHERE a.id IN (SELECT activity_record_id FROM new_rows)
     GROUP BY a.id
    HAVING sum(u.covered_kwh) > min(u.coverable_kwh) OR min(u.coverable_kwh) < max(u.coverable_kwh)
        OR max(u.coverable_kwh) + coalesce((a.inputs ->> 'covered_kwh')::numeric, 0)
           > CASE a.unit WHEN 'kWh' THEN a.quantity WHEN 'MWh' THEN a.quantity * 1000
                         WHEN 'GWh' THEN a.quantity * 1000000 ELSE 'Infinity'::numeric END
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the uses of record % cover % kWh, more than is left of its energy',
            wrong.id, wrong.covered_kwh
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_use_fits_its_record';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_instrument_uses_on_insert AFTER INSERT ON inventory_instrumentuse
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_guard_instrument_uses();

-- A use is taken back once, by a date, and is otherwise what it was.
CREATE FUNCTION inventory_keep_instrument_use() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
       AND to_jsonb(NEW) - 'released_at' = to_jsonb(OLD) - 'released_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'use % of an instrument is never changed: take it back and match again', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_use_never_edited';
END $$;
CREATE TRIGGER inventory_use_never_edited BEFORE UPDATE OR DELETE ON inventory_instrumentuse
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_instrument_use();

-- An instrument is approved once and retired once, and is otherwise what was entered.
CREATE FUNCTION inventory_keep_instrument() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE allowed inventory_instrument := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.approved_by_id IS NULL THEN
            RETURN OLD;
        END IF;
    ELSE
        IF OLD.approved_by_id IS NULL THEN
            allowed.approved_by_id := NEW.approved_by_id;
            allowed.approved_at := NEW.approved_at;
        END IF;
        IF OLD.retired_on IS NULL THEN
            allowed.retired_on := NEW.retired_on;
            allowed.retirement_reference := NEW.retirement_reference;
        END IF;
        IF allowed IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'instrument % % is never edited', OLD.registry, OLD.serial
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_instrument_never_edited';
END $$;
CREATE TRIGGER inventory_instrument_never_edited BEFORE UPDATE OR DELETE ON inventory_instrument
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_instrument();

-- What covers a record is free again when a correction of the record is approved. The lock makes
-- whoever matches the old record wait, and then see that it is corrected.
CREATE FUNCTION inventory_release_uses_of_corrected() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM 1 FROM inventory_activityrecord WHERE id = NEW.supersedes_id FOR NO KEY UPDATE;
    UPDATE inventory_instrumentuse SET released_at = coalesce(NEW.decided_at, now())
     WHERE activity_record_id = NEW.supersedes_id AND released_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_correction_releases_uses AFTER INSERT OR UPDATE ON inventory_activityrecord
    FOR EACH ROW WHEN (NEW.state = 'approved' AND NEW.supersedes_id IS NOT NULL)
    EXECUTE FUNCTION inventory_release_uses_of_corrected();

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_guard_instrument_uses', 'inventory_keep_instrument_use',
                                    'inventory_keep_instrument', 'inventory_release_uses_of_corrected') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
