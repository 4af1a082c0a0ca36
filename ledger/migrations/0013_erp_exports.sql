-- What finance says of an export is said once, and stays: taken or rejected, never both. Constants of
-- ERP formats are only added to, and a reconciliation is what one file was found to be.

CREATE FUNCTION ledger_keep_export_facts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: nothing in it is changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER ledger_rejection_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_exportrejection FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_export_facts();
CREATE TRIGGER ledger_reconciliation_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_exportreconciliation FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_export_facts();
CREATE TRIGGER ledger_export_constant_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_exportconstant FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_export_facts();

-- Two answers at once wait for each other.
CREATE FUNCTION ledger_answer_export_once() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('journal export answer', NEW.export_id));
    IF TG_TABLE_NAME = 'ledger_exportrejection'
       AND EXISTS (SELECT FROM ledger_exportacknowledgement WHERE export_id = NEW.export_id)
       OR TG_TABLE_NAME = 'ledger_exportacknowledgement'
       AND EXISTS (SELECT FROM ledger_exportrejection WHERE export_id = NEW.export_id) THEN
        RAISE EXCEPTION 'export % is acknowledged or rejected already', NEW.export_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_export_is_answered_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_export_is_answered_once BEFORE INSERT ON ledger_exportacknowledgement
    FOR EACH ROW EXECUTE FUNCTION ledger_answer_export_once();
CREATE TRIGGER ledger_export_is_answered_once BEFORE INSERT ON ledger_exportrejection
    FOR EACH ROW EXECUTE FUNCTION ledger_answer_export_once();

-- Only what was rejected is replaced, by an export of the same part of the journal.
CREATE FUNCTION ledger_replace_rejected_export() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_exportrejection WHERE export_id = NEW.replaces_id) THEN
        RAISE EXCEPTION 'export % was not rejected, so nothing replaces it', NEW.replaces_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_replaced_export_is_rejected';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_replaced_export_is_rejected BEFORE INSERT ON ledger_journalexport
    FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL)
    EXECUTE FUNCTION ledger_replace_rejected_export();

DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_keep_export_facts', 'ledger_answer_export_once',
                                 'ledger_replace_rejected_export'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard,
                       current_schema());
    END LOOP;
END $$;
