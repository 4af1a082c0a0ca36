-- A dispute is opened on a posted line while it may be, and answered once. It never changes the line.

CREATE FUNCTION ledger_begin_dispute() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    disputed record;
BEGIN
    SELECT l.department_id, s.state, s.review_ends_on, p.state AS period_state INTO disputed
      FROM ledger_settlementline l
      JOIN ledger_settlement s ON s.id = l.settlement_id
      JOIN ledger_accountingperiod p ON p.id = s.period_id
     WHERE l.id = NEW.line_id;
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'a dispute begins open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_dispute_begins_open';
    END IF;
    IF (disputed.state = 'posted' AND disputed.department_id = NEW.department_id) IS NOT TRUE THEN
        RAISE EXCEPTION 'line % is not a posted line of department %', NEW.line_id, NEW.department_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_dispute_is_of_a_posted_line';
    END IF;
    IF disputed.period_state = 'closed'
       OR (NEW.opened_at AT TIME ZONE 'UTC')::date > disputed.review_ends_on THEN
        RAISE EXCEPTION 'the time to dispute line % is over', NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_dispute_comes_in_time';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_begin_dispute BEFORE INSERT ON ledger_dispute
    FOR EACH ROW EXECUTE FUNCTION ledger_begin_dispute();

CREATE FUNCTION ledger_keep_dispute() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    decision text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'answer', 'record_id',
                             'manual_entry_id'];
BEGIN
    IF OLD.state <> 'open' OR to_jsonb(NEW) - decision <> to_jsonb(OLD) - decision THEN
        RAISE EXCEPTION 'dispute % is % and stays as it is', OLD.id, OLD.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_dispute_decided_once';
    END IF;
    IF NEW.record_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger_settledrecord r
          JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
         WHERE r.line_id = NEW.line_id AND e.activity_record_id = NEW.record_id) THEN
        RAISE EXCEPTION 'record % is not in line %', NEW.record_id, NEW.line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_dispute_corrects_its_own_line';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_dispute BEFORE UPDATE ON ledger_dispute
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_dispute();

CREATE FUNCTION ledger_refuse_dispute_loss() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'disputes stay: withdraw it instead'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_dispute_is_never_deleted';
END $$;
CREATE TRIGGER ledger_dispute_never_deleted BEFORE DELETE OR TRUNCATE ON ledger_dispute
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_dispute_loss();

DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_begin_dispute', 'ledger_keep_dispute',
                                 'ledger_refuse_dispute_loss'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
