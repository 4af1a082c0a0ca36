-- Who changed what, kept by the database for every way to write: pages, API, commands, raw SQL.
-- The triggers themselves are hung up after each migrate, on every table but those that are named.

-- What a row was and is, without what is secret. A change that leaves all as it was is none.
CREATE FUNCTION organisation_write_event(
    of_table text, before jsonb, after jsonb, keys text[], hidden text[], unnoted text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    whole constant jsonb := coalesce(after, before);
    is_change constant boolean := before IS NOT NULL AND after IS NOT NULL;
    told constant text[] := ARRAY(
        SELECT key FROM jsonb_object_keys(whole) AS key
         WHERE NOT is_change OR before -> key IS DISTINCT FROM after -> key ORDER BY key);
BEGIN
    IF is_change AND told <@ unnoted THEN
        RETURN;
    END IF;
    INSERT INTO organisation_auditevent (
        at, xid, table_name, object_key, action, person_id, key_id, named_id, request_id, program,
        database_role, reason, changed, before, after)
    VALUES (
        clock_timestamp(), pg_current_xact_id()::text::bigint, of_table,
        organisation_key_of(whole, keys),
        CASE WHEN is_change THEN 'changed' WHEN before IS NULL THEN 'added' ELSE 'removed' END,
        nullif(current_setting('carbon.person', true), '')::bigint,
        nullif(current_setting('carbon.key', true), '')::bigint,
        (SELECT CASE WHEN count(DISTINCT value) = 1 THEN min(value)::bigint END
           FROM jsonb_each_text(after) WHERE key LIKE '%\_by\_id' AND key = ANY (told)),
        left(coalesce(current_setting('carbon.request', true), ''), 64),
        current_setting('application_name'), session_user,
        left(coalesce(nullif(current_setting('carbon.reason', true), ''),
                      CASE WHEN 'reason' = ANY (told) THEN after ->> 'reason' END, ''), 500),
        CASE WHEN is_change THEN told ELSE '{}' END,
        organisation_shown(before, told, hidden), organisation_shown(after, told, hidden));
END $$;

CREATE FUNCTION organisation_key_of(fields jsonb, keys text[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT left(string_agg(fields ->> key, '/' ORDER BY place), 200)
      FROM unnest(keys) WITH ORDINALITY AS part (key, place)
$$;

-- Some columns of a row; of what is secret or personal only whether there is something. Decimals are
-- texts, as in the API: readers of JSON would make inexact numbers of them.
CREATE FUNCTION organisation_shown(fields jsonb, told text[], hidden text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(key, CASE
               WHEN key = ANY (hidden) AND value NOT IN ('null', '""') THEN '"not shown"'
               WHEN jsonb_typeof(value) = 'number' AND value::text LIKE '%.%' THEN to_jsonb(value::text)
               ELSE value END)
      FROM jsonb_each(fields) WHERE key = ANY (told)
$$;

-- Arguments: the key's columns, those that are never shown, and those whose change is no event.
CREATE FUNCTION organisation_note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    keys constant text[] := string_to_array(TG_ARGV[0], ',');
    hidden constant text[] := string_to_array(TG_ARGV[1], ',');
    unnoted constant text[] := string_to_array(TG_ARGV[2], ',');
BEGIN
    -- Events get their ids before they are committed: readers stop below those of who still writes.
    IF current_setting('carbon.writes_trail', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM pg_advisory_xact_lock_shared(
            7856::bigint << 48 | coalesce(pg_sequence_last_value('organisation_auditevent_id_seq'), 0));
        PERFORM set_config('carbon.writes_trail', pg_current_xact_id()::text, true);
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM organisation_write_event(TG_TABLE_NAME, NULL, to_jsonb(n), keys, hidden, unnoted)
           FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM organisation_write_event(TG_TABLE_NAME, to_jsonb(o), NULL, keys, hidden, unnoted)
           FROM old_rows o;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM organisation_write_event(TG_TABLE_NAME, o.fields, n.fields, keys, hidden, unnoted)
           FROM (SELECT to_jsonb(r) AS fields FROM old_rows r) o
           FULL JOIN (SELECT to_jsonb(r) AS fields FROM new_rows r) n
             ON organisation_key_of(o.fields, keys) = organisation_key_of(n.fields, keys);
    ELSE
        INSERT INTO organisation_auditevent (
            at, xid, table_name, object_key, action, person_id, key_id, request_id, program,
            database_role, reason, changed)
        VALUES (clock_timestamp(), pg_current_xact_id()::text::bigint, TG_TABLE_NAME, '', 'emptied',
                nullif(current_setting('carbon.person', true), '')::bigint,
                nullif(current_setting('carbon.key', true), '')::bigint,
                left(coalesce(current_setting('carbon.request', true), ''), 64),
                current_setting('application_name'), session_user,
                left(coalesce(current_setting('carbon.reason', true), ''), 500), '{}');
    END IF;
    RETURN NULL;
END $$;

-- The id through which every event that will ever be is committed; see 0017 of the ledger.
CREATE FUNCTION organisation_trail_is_whole_through() RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    drawn constant bigint := coalesce(pg_sequence_last_value('organisation_auditevent_id_seq'), 0);
    written bigint;
BEGIN
    SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO written
      FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 7856
       AND granted AND pid <> pg_backend_pid()  -- one's own events one sees
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    RETURN least(drawn, coalesce(written, drawn));
END $$;

CREATE FUNCTION organisation_keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to, by the database itself'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'organisation_trail_never_changes';
END $$;
CREATE TRIGGER organisation_trail_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON organisation_auditevent FOR EACH STATEMENT EXECUTE FUNCTION organisation_keep_trail();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE made regprocedure;
BEGIN
    FOR made IN SELECT oid::regprocedure FROM pg_proc
                 WHERE pronamespace = current_schema()::regnamespace
                   AND proname IN ('organisation_write_event', 'organisation_key_of', 'organisation_shown',
                                   'organisation_note_change', 'organisation_keep_trail',
                                   'organisation_trail_is_whole_through') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', made, current_schema());
    END LOOP;
END $$;
