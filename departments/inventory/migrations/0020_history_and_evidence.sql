-- Imports of before this say who brought which file, as later ones do.
INSERT INTO inventory_recordevent (batch_id, step, by_id, at, words)
SELECT id, 'imported', imported_by_id, imported_at, file_name FROM inventory_importbatch ORDER BY id;

-- Bytes as they are: most of these files are compressed already.
ALTER TABLE inventory_evidencepart ALTER COLUMN content SET STORAGE EXTERNAL;

-- What was done with a record is only ever added to.
CREATE FUNCTION inventory_keep_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of records is only added to'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_history_never_changes';
END $$;
CREATE TRIGGER inventory_history_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON inventory_recordevent FOR EACH STATEMENT EXECUTE FUNCTION inventory_keep_event();

CREATE FUNCTION inventory_guard_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing text;
BEGIN
    SELECT coalesce('record ' || n.record_id, 'import ' || n.batch_id) INTO missing
      FROM new_rows n LEFT JOIN inventory_activityrecord a ON a.id = n.record_id
      LEFT JOIN inventory_importbatch b ON b.id = n.batch_id
     WHERE a.id IS NULL AND b.id IS NULL LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'there is no %, which a step names', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'inventory_event_names_a_record';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_event_names_a_record AFTER INSERT ON inventory_recordevent
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_guard_events();

-- Evidence is never changed, and goes only from a record that was not submitted since it came.
CREATE FUNCTION inventory_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_file bigint;
BEGIN
    of_file := CASE TG_TABLE_NAME WHEN 'inventory_evidencefile' THEN to_jsonb(OLD) ->> 'id'
                                  ELSE to_jsonb(OLD) - 'content' ->> 'file_id' END;
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM inventory_evidencefile f JOIN inventory_activityrecord a ON a.id = f.record_id
         WHERE f.id = of_file AND a.state IN ('draft', 'returned') AND NOT EXISTS (
               SELECT FROM inventory_recordevent e
                WHERE (e.record_id = a.id OR e.batch_id = a.batch_id)
                  AND e.step = 'submitted' AND e.at >= f.added_at)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'evidence % stays as it is: its record was submitted with it', of_file
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'inventory_evidence_stays';
END $$;
CREATE TRIGGER inventory_evidence_stays BEFORE UPDATE OR DELETE ON inventory_evidencefile
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_evidence();
CREATE TRIGGER inventory_evidence_part_stays BEFORE UPDATE OR DELETE ON inventory_evidencepart
    FOR EACH ROW EXECUTE FUNCTION inventory_keep_evidence();

-- By the end of its transaction a file is all there, and nothing is added to it later.
CREATE FUNCTION inventory_guard_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_file bigint := to_jsonb(NEW) - 'content' ->> TG_ARGV[0];
BEGIN
    IF EXISTS (
        SELECT FROM inventory_evidencefile f,
             (SELECT string_agg(p.content, ''::bytea ORDER BY p.number) AS content
                FROM inventory_evidencepart p WHERE p.file_id = of_file) whole
         WHERE f.id = of_file
           AND (f.size IS DISTINCT FROM octet_length(whole.content)
                OR f.sha256 IS DISTINCT FROM encode(sha256(whole.content), 'hex'))) THEN
        RAISE EXCEPTION 'evidence % is not the file that its SHA-256 names', of_file
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inventory_evidence_is_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER inventory_evidence_is_whole AFTER INSERT ON inventory_evidencefile
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inventory_guard_evidence('id');
CREATE CONSTRAINT TRIGGER inventory_evidence_part_is_whole AFTER INSERT ON inventory_evidencepart
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inventory_guard_evidence('file_id');

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['inventory_keep_event', 'inventory_guard_events',
                                'inventory_keep_evidence', 'inventory_guard_evidence'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;
