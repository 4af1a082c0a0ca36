-- Lines get their ids before they are committed. So that a page never goes past lines that another
-- transaction is still writing, each transaction says under a lock, before it draws its first id,
-- above which id its lines will be. The key is 16 bits that mark it, and 48 for the id.

CREATE FUNCTION ledger_say_what_is_written() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF current_setting('carbon.writes_lines', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        PERFORM pg_advisory_xact_lock_shared(
            7855::bigint << 48 | coalesce(pg_sequence_last_value('ledger_journalline_id_seq'), 0));
        PERFORM set_config('carbon.writes_lines', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_say_what_is_written BEFORE INSERT ON ledger_journalline
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_say_what_is_written();

-- The id through which every line that will ever be is committed. The sequence is read first: who
-- had drawn an id up to there had its lock before, and still has it, or has ended.
CREATE FUNCTION ledger_lines_are_whole_through() RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    drawn constant bigint := coalesce(pg_sequence_last_value('ledger_journalline_id_seq'), 0);
    written bigint;
BEGIN
    SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO written
      FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 7855
       AND granted AND pid <> pg_backend_pid()  -- one's own lines one sees
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    RETURN least(drawn, coalesce(written, drawn));
END $$;

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['ledger_say_what_is_written', 'ledger_lines_are_whole_through'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', made, current_schema());
    END LOOP;
END $$;
