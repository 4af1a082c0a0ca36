-- Seals as they were before: one hash over a period's lines as text.
ALTER TABLE ledger_periodseal DISABLE TRIGGER USER;
DO $$
DECLARE sealed record;
        previous text := '';
        text_of_lines text;
        lines text;
BEGIN
    FOR sealed IN SELECT s.id, s.number, s.period_id, s.line_count, p.code
                    FROM ledger_periodseal s JOIN ledger_accountingperiod p ON p.id = s.period_id
                   ORDER BY s.number LOOP
        SELECT string_agg(concat_ws('|', l.id, e.id, to_char(e.entry_date, 'YYYY-MM-DD'),
                   e.source_type, e.source_id, e.purpose, coalesce(e.reverses_id::text, ''),
                   a.code, l.commodity_id, l.debit, l.credit, e.description) || E'\n',
                   '' ORDER BY l.id) INTO text_of_lines
          FROM ledger_journalentry e
          JOIN ledger_journalline l ON l.entry_id = e.id
          JOIN ledger_account a ON a.id = l.account_id
         WHERE e.period_id = sealed.period_id;
        lines := encode(sha256(convert_to(coalesce(text_of_lines, ''), 'UTF8')), 'hex');
        UPDATE ledger_periodseal SET lines_sha256 = lines, previous_sha256 = previous,
               chain_sha256 = encode(sha256(convert_to(format('%s|%s|%s|%s|%s', previous,
                   number, sealed.code, line_count, lines), 'UTF8')), 'hex')
         WHERE id = sealed.id RETURNING chain_sha256 INTO previous;
    END LOOP;
END $$;
ALTER TABLE ledger_periodseal ENABLE TRIGGER USER;

DROP TRIGGER ledger_account_seal_is_append_only ON ledger_accountseal;
DROP TRIGGER ledger_entry_seal_is_append_only ON ledger_entryseal;
CREATE OR REPLACE FUNCTION ledger_guard_seal() RETURNS trigger
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
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ledger_guard_seal() SET search_path = %I, pg_temp', current_schema());
END $$;
DROP FUNCTION ledger_seal_period(bigint, timestamptz);
DROP FUNCTION ledger_seal_accounts();
DROP FUNCTION ledger_seal_entries(bigint);
DROP FUNCTION ledger_seal_entries_after(bigint, bigint);
DROP FUNCTION hashes_of_accounts();
DROP FUNCTION hashes_of_entries(bigint, bigint);
DROP AGGREGATE chain_sha256(bytea, bytea);
DROP FUNCTION chain_sha256_step(bytea, bytea, bytea);
