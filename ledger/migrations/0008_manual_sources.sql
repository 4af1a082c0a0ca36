-- What is posted by hand, or takes such an entry back, is an approved proposal's by the end of its
-- transaction. Every entry that is not a settlement's has its source in one unpartitioned table.
CREATE FUNCTION ledger_guard_manual_sources() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.source_type = 'manual'
        OR EXISTS (SELECT FROM ledger_journalentry e
                     JOIN ledger_manualentry m ON m.posted_entry_id = e.reverses_id
                    WHERE e.id = NEW.entry_id AND e.period_id = NEW.period_id))
       AND NOT EXISTS (SELECT FROM ledger_manualentry m
                        WHERE m.posted_entry_id = NEW.entry_id AND m.state = 'approved') THEN
        RAISE EXCEPTION 'entry % is posted by hand, and no approved proposal says so', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_by_hand_is_approved';
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ledger_guard_manual_sources() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_by_hand_is_approved AFTER INSERT ON ledger_postedsource
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.source_type = 'manual' OR NEW.purpose = 'reversal')
    EXECUTE FUNCTION ledger_guard_manual_sources();
