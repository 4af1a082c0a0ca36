-- A manual entry is proposed, then decided once by another person, and approved only with the entry
-- in the journal that says the same, line by line.

CREATE FUNCTION ledger_begin_manual_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'proposed' OR NEW.recorded_xid <> pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'a manual entry begins as a proposal, now'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_manual_entry_begins_proposed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_begin_manual_entry BEFORE INSERT ON ledger_manualentry
    FOR EACH ROW EXECUTE FUNCTION ledger_begin_manual_entry();

CREATE FUNCTION ledger_keep_manual_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'decision_reason',
                             'posted_entry_id'];
BEGIN
    IF OLD.state <> 'proposed' OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'manual entry % is % and stays as it is', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_manual_entry_decided_once';
    END IF;
    IF NEW.state = 'approved' AND NOT ledger_manual_entry_is_in_journal(NEW) THEN
        RAISE EXCEPTION 'manual entry % is not what entry % says', NEW.id, NEW.posted_entry_id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'ledger_manual_entry_is_posted_as_proposed';
    END IF;
    RETURN NEW;
END $$;

-- The entry comes from this proposal, or reverses the entry of the one that it takes back; and no
-- line is on one side only.
CREATE FUNCTION ledger_manual_entry_is_in_journal(proposal ledger_manualentry) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM ledger_journalentry e
          LEFT JOIN ledger_manualentry o ON o.id = proposal.reverses_id
         WHERE e.id = proposal.posted_entry_id AND e.entry_date = proposal.entry_date
           AND e.reverses_id IS NOT DISTINCT FROM o.posted_entry_id
           AND (o.id IS NOT NULL OR (e.source_type, e.source_id, e.purpose)
                                    = ('manual', proposal.id::text, 'entry'))
    ) AND NOT EXISTS (
        SELECT account_id, commodity_id, debit, credit
          FROM (SELECT account_id, commodity_id, debit, credit, 1 AS side
                  FROM ledger_manualentryline WHERE manual_entry_id = proposal.id
                 UNION ALL
                SELECT account_id, commodity_id, debit, credit, -1
                  FROM ledger_journalline WHERE entry_id = proposal.posted_entry_id) line
         GROUP BY 1, 2, 3, 4 HAVING sum(side) <> 0
    )
$$;
CREATE TRIGGER ledger_keep_manual_entry BEFORE UPDATE ON ledger_manualentry
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_manual_entry();

CREATE FUNCTION ledger_refuse_manual_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % stay: withdraw the proposal and make a new one', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_manual_entry_keeps_its_lines';
END $$;
CREATE TRIGGER ledger_manual_entry_never_deleted BEFORE DELETE OR TRUNCATE ON ledger_manualentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_manual_change();
CREATE TRIGGER ledger_manual_line_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_manualentryline FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_manual_change();

CREATE FUNCTION ledger_guard_manual_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_lines n JOIN ledger_manualentry m ON m.id = n.manual_entry_id
                WHERE m.recorded_xid <> pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'lines come with their manual entry, and none is added later'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_manual_entry_keeps_its_lines';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_guard_manual_lines AFTER INSERT ON ledger_manualentryline
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_guard_manual_lines();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname LIKE 'ledger\_%manual%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
