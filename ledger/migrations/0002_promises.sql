-- The journal is append-only, every entry balances in each commodity, nothing posts into a closed
-- period, and a posted settlement stays as it is. Guards run once per statement, on the rows the
-- statement brought, so that they cost percent and not multiples.

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: reverse the entry and post the right one', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_journal_is_append_only';
END $$;

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_journalentry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_journalline FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_commodity_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_commodity FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_periodseal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- An entry is written by the transaction that runs, with its lines, in one statement, into an open
-- period. The share lock on the period makes closing wait, and makes us see a close that won.
CREATE FUNCTION ledger_guard_entries() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE wrong record;
BEGIN
    PERFORM 1 FROM ledger_accountingperiod p
      WHERE p.id IN (SELECT period_id FROM new_entries) ORDER BY p.id FOR SHARE;

    SELECT e.id, p.code, p.state, e.entry_date INTO wrong
      FROM new_entries e JOIN ledger_accountingperiod p ON p.id = e.period_id
     WHERE p.state <> 'open' OR NOT p.days @> e.entry_date LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'nothing posts on % into period %, which is %', wrong.entry_date, wrong.code, wrong.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_in_open_period';
    END IF;

    SELECT e.id INTO wrong FROM new_entries e
     WHERE e.recorded_xid <> pg_current_xact_id()::text::bigint OR e.recorded_at <> statement_timestamp() LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % pretends to have been recorded at another time', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_recorded_now';
    END IF;

    SELECT e.id INTO wrong FROM new_entries e
     WHERE NOT EXISTS (SELECT FROM ledger_journalline l WHERE l.entry_id = e.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % has no lines: write an entry and its lines in one statement', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_lines';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_entries AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_entries();

-- What a statement adds to an entry balances by itself, so the whole entry always does.
CREATE FUNCTION ledger_guard_lines() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE wrong record;
BEGIN
    SELECT l.account_id, l.commodity_id INTO wrong
      FROM new_lines l
      LEFT JOIN ledger_account a ON a.id = l.account_id AND a.commodity_id = l.commodity_id
     WHERE a.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no account % that counts %', wrong.account_id, wrong.commodity_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_line_account_counts_its_commodity';
    END IF;

    SELECT n.entry_id INTO wrong
      FROM (SELECT DISTINCT entry_id FROM new_lines) n
      LEFT JOIN ledger_journalentry e
        ON e.id = n.entry_id AND e.recorded_at = statement_timestamp()
       AND e.recorded_xid = pg_current_xact_id()::text::bigint
     WHERE e.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % was not written by this transaction: nobody adds lines to it', wrong.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_line_comes_with_its_entry';
    END IF;

    SELECT entry_id, commodity_id, sum(debit) AS debit, sum(credit) AS credit INTO wrong
      FROM new_lines GROUP BY entry_id, commodity_id HAVING sum(debit) <> sum(credit) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance in %: debit %, credit % (minor units)',
            wrong.entry_id, wrong.commodity_id, wrong.debit, wrong.credit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_lines AFTER INSERT ON ledger_journalline
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lines();

CREATE FUNCTION ledger_keep_period() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'period % is closed and stays as it is: correct it in the open period', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_closed_period_never_changes';
    END IF;
    IF (NEW.days, NEW.code) IS DISTINCT FROM (OLD.days, OLD.code)
       AND (EXISTS (SELECT FROM ledger_settlement s WHERE s.period_id = OLD.id)
            OR EXISTS (SELECT FROM ledger_settlementline l WHERE l.activity_period_id = OLD.id)) THEN
        RAISE EXCEPTION 'period % has settlements: its code and days are fixed', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_settled_period_keeps_its_days';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_open_period() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'period % is created open, and closed later', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_period_begins_open';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_open_period BEFORE INSERT ON ledger_accountingperiod
    FOR EACH ROW EXECUTE FUNCTION ledger_open_period();

-- A seal continues the chain, and seals a period that is closed, now.
CREATE FUNCTION ledger_guard_seal() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_seal_chain'));
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM ledger_periodseal)
       OR NEW.previous_sha256 <> coalesce(
              (SELECT chain_sha256 FROM ledger_periodseal ORDER BY number DESC LIMIT 1), '')
       OR NEW.sealed_at <> statement_timestamp()
       OR NOT EXISTS (SELECT FROM ledger_accountingperiod p
                       WHERE p.id = NEW.period_id AND p.state = 'closed') THEN
        RAISE EXCEPTION 'seal % does not continue the chain over a closed period', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_seal_continues_the_chain';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_guard_seal BEFORE INSERT ON ledger_periodseal
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_seal();

CREATE TRIGGER ledger_keep_period BEFORE UPDATE ON ledger_accountingperiod
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_period();

-- A settlement walks calculating → calculated → approved → posted, may be cancelled on the way,
-- and keeps its inputs; posted and cancelled are final.
CREATE FUNCTION ledger_keep_settlement() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.scheme_id, NEW.period_id, NEW.revision, NEW.settled_until, NEW.approval_number_after,
        NEW.approval_number_through, NEW.record_count, NEW.input_sha256, NEW.rules,
        NEW.shard_count, NEW.prepared_by_id, NEW.prepared_at)
       IS DISTINCT FROM
       (OLD.scheme_id, OLD.period_id, OLD.revision, OLD.settled_until, OLD.approval_number_after,
        OLD.approval_number_through, OLD.record_count, OLD.input_sha256, OLD.rules,
        OLD.shard_count, OLD.prepared_by_id, OLD.prepared_at)
       OR OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id
       OR OLD.state IN ('posted', 'cancelled') THEN
        RAISE EXCEPTION 'settlement % is % and keeps what it was made of', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_settlement_keeps_its_inputs';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
        ('calculating', 'calculated'), ('calculated', 'approved'), ('approved', 'posted'),
        ('calculating', 'cancelled'), ('calculated', 'cancelled'), ('approved', 'cancelled')) THEN
        RAISE EXCEPTION 'a settlement does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_settlement_goes_step_by_step';
    END IF;
    IF NEW.state IN ('calculated', 'approved', 'posted')
       AND OLD.shard_count <> (SELECT count(*) FILTER (WHERE state = 'done')
                                 FROM ledger_settlementshard WHERE settlement_id = OLD.id) THEN
        RAISE EXCEPTION 'settlement % has shards that are not done', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_settlement_is_whole';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_keep_settlement BEFORE UPDATE ON ledger_settlement
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_settlement();

CREATE FUNCTION ledger_begin_settlement() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'calculating' OR NEW.calculated_at IS NOT NULL
       OR coalesce(NEW.approved_by_id, NEW.posted_by_id, NEW.cancelled_by_id) IS NOT NULL THEN
        RAISE EXCEPTION 'a settlement begins with its calculation'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_settlement_goes_step_by_step';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_begin_settlement BEFORE INSERT ON ledger_settlement
    FOR EACH ROW EXECUTE FUNCTION ledger_begin_settlement();

CREATE FUNCTION ledger_refuse_deletion() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted: cancel the settlement', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_settlement_never_deleted';
END $$;
CREATE TRIGGER ledger_settlement_never_deleted BEFORE DELETE OR TRUNCATE ON ledger_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_deletion();
CREATE TRIGGER ledger_shard_never_deleted BEFORE DELETE OR TRUNCATE ON ledger_settlementshard
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_deletion();

-- Statement lines come while their settlement is calculating and go only once it is cancelled.
CREATE FUNCTION ledger_guard_statement_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n JOIN ledger_settlement s ON s.id = n.settlement_id
                WHERE s.state <> 'calculating') THEN
        RAISE EXCEPTION 'statement lines are written only while their settlement is calculating'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_statement_line_while_calculating';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_guard_statement_lines AFTER INSERT ON ledger_settlementline
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_guard_statement_lines();

CREATE FUNCTION ledger_keep_statement_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM old_rows o JOIN ledger_settlement s ON s.id = o.settlement_id
                WHERE s.state <> 'cancelled') THEN
        RAISE EXCEPTION 'statement lines go only when their settlement is cancelled'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_posted_line_never_changes';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_keep_statement_lines_deleted AFTER DELETE ON ledger_settlementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_keep_statement_lines();
CREATE TRIGGER ledger_keep_statement_lines_updated BEFORE UPDATE OR TRUNCATE
    ON ledger_settlementline FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_guard_settled_records() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n
                 LEFT JOIN ledger_settlementline l ON l.id = n.line_id
                 LEFT JOIN ledger_settlement s ON s.id = l.settlement_id
                WHERE s.state IS DISTINCT FROM 'calculating'
                   OR l.scheme_id <> n.scheme_id) THEN
        RAISE EXCEPTION 'a record is settled by a line of its own scheme, while it is calculating'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_settled_while_calculating';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_guard_settled_records AFTER INSERT ON ledger_settledrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_guard_settled_records();

CREATE FUNCTION ledger_keep_settled_records() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF EXISTS (SELECT FROM old_rows o
                 LEFT JOIN ledger_settlementline l ON l.id = o.line_id
                 LEFT JOIN ledger_settlement s ON s.id = l.settlement_id
                WHERE s.state IS DISTINCT FROM 'cancelled') THEN
        RAISE EXCEPTION 'what is settled stays settled, unless its settlement is cancelled'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_posted_record_stays_settled';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_keep_settled_records_deleted AFTER DELETE ON ledger_settledrecord
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_keep_settled_records();
CREATE TRIGGER ledger_keep_settled_records_updated BEFORE UPDATE OR TRUNCATE
    ON ledger_settledrecord FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'ledger\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
