-- Seals are taken in SQL, entry by entry, by functions of the owner: the application's role may ask
-- for a seal and read it, never write one. Names without ledger_ are of functions that the planner
-- must be free to inline, and of the aggregate.

-- A chain: each link is the SHA-256 of the link before and what it adds; the first begins with
-- `start`, or with nothing.
CREATE FUNCTION chain_sha256_step(chain bytea, start bytea, adds bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(coalesce(chain, start, '') || adds);
END $$;
CREATE AGGREGATE chain_sha256(start bytea, adds bytea) (SFUNC = chain_sha256_step, STYPE = bytea);

-- SHA-256 of each entry's own fields, followed by that of each of its lines in the order of their
-- ids: 32 bytes each. Fields are joined by |, what is missing is empty, and a free text comes after
-- its length in bytes, so that no two entries have the same text.
CREATE FUNCTION hashes_of_entries(of_period bigint, after_entry bigint)
RETURNS TABLE (entry_id bigint, hashes bytea) LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT e.id, sha256(convert_to(concat_ws('|',
           e.id, e.period_id, to_char(e.entry_date, 'YYYY-MM-DD'),
           to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.recorded_xid, coalesce(e.settlement_id::text, ''), coalesce(e.department_id::text, ''),
           coalesce(e.activity_period_id::text, ''), coalesce(e.reverses_id::text, ''),
           e.posted_by_id,
           octet_length(e.source_type), e.source_type, octet_length(e.source_id), e.source_id,
           octet_length(e.purpose), e.purpose, octet_length(e.description), e.description),
           'UTF8')) || coalesce(l.hashes, '')
  FROM ledger_journalentry e
  LEFT JOIN (SELECT l.entry_id,
                    string_agg(sha256(convert_to(concat_ws('|',
                        l.id, l.account_id, l.commodity_id, l.debit, l.credit), 'UTF8')),
                        '' ORDER BY l.id) AS hashes
               FROM ledger_journalline l WHERE l.entry_id > after_entry
              GROUP BY l.entry_id) l ON l.entry_id = e.id
 WHERE e.period_id = of_period AND e.id > after_entry
$$;

CREATE FUNCTION hashes_of_accounts() RETURNS TABLE (account_id bigint, sha256 bytea)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT a.id, sha256(convert_to(concat_ws('|', a.id, a.code, a.kind, a.commodity_id, c.exponent,
           coalesce(a.scheme_id::text, ''), coalesce(a.department_id::text, ''),
           coalesce(a.scope::text, ''), coalesce(a.category::text, ''), a.durability_class), 'UTF8'))
  FROM ledger_account a LEFT JOIN ledger_commodity c ON c.code = a.commodity_id
$$;

-- Seal what a period has and no seal covers yet, from an entry on, in the order of the ids.
CREATE FUNCTION ledger_seal_entries_after(of_period bigint, after_entry bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE newest record;
BEGIN
    SELECT coalesce(max(number), 0) AS number INTO newest
      FROM ledger_entryseal WHERE period_id = of_period;
    INSERT INTO ledger_entryseal (period_id, number, entry_id, hashes, chain)
    SELECT of_period, newest.number + row_number() OVER by_id, h.entry_id, h.hashes,
           chain_sha256((SELECT chain FROM ledger_entryseal
                          WHERE period_id = of_period AND number = newest.number),
                        int8send(h.entry_id) || h.hashes) OVER by_id
      FROM hashes_of_entries(of_period, after_entry) h
     WHERE NOT EXISTS (SELECT FROM ledger_entryseal s
                        WHERE s.period_id = of_period AND s.entry_id = h.entry_id)
    WINDOW by_id AS (ORDER BY h.entry_id);
END $$;

-- Seal the entries of a period that were committed since the last time. One that drew its id early
-- and was committed late is left for the close.
CREATE FUNCTION ledger_seal_entries(of_period bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_seal_chain'));
    PERFORM ledger_seal_entries_after(of_period, coalesce((
        SELECT entry_id FROM ledger_entryseal
         WHERE period_id = of_period ORDER BY number DESC LIMIT 1), 0));
END $$;

CREATE FUNCTION ledger_seal_accounts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE newest record;
BEGIN
    SELECT coalesce(max(number), 0) AS number INTO newest FROM ledger_accountseal;
    INSERT INTO ledger_accountseal (number, account_id, sha256, chain)
    SELECT newest.number + row_number() OVER by_id, h.account_id, h.sha256,
           chain_sha256((SELECT chain FROM ledger_accountseal WHERE number = newest.number),
                        h.sha256) OVER by_id
      FROM hashes_of_accounts() h
     WHERE NOT EXISTS (SELECT FROM ledger_accountseal s WHERE s.account_id = h.account_id)
    WINDOW by_id AS (ORDER BY h.account_id);
END $$;

-- Seal a closed period, the whole of it, and every account there is; the guard of the table checks
-- the rest.
CREATE FUNCTION ledger_seal_period(of_period bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE nothing CONSTANT text := encode(sha256(''), 'hex');
BEGIN
    PERFORM ledger_seal_entries(of_period);
    IF (SELECT count(*) FROM ledger_journalentry WHERE period_id = of_period)
       <> (SELECT count(*) FROM ledger_entryseal WHERE period_id = of_period) THEN
        PERFORM ledger_seal_entries_after(of_period, 0);
    END IF;
    PERFORM ledger_seal_accounts();
    INSERT INTO ledger_periodseal (
        period_id, number, entry_count, line_count, lines_sha256, account_count, accounts_sha256,
        previous_sha256, chain_sha256, sealed_at)
    SELECT of_period, s.number, s.entries, s.lines, s.entries_end, s.accounts, s.accounts_end,
           s.previous, encode(sha256(convert_to(concat_ws('|',
               s.previous, s.number, p.id, octet_length(p.code), p.code,
               to_char(lower(p.days), 'YYYY-MM-DD'), to_char(upper(p.days), 'YYYY-MM-DD'),
               p.closed_by_id,
               to_char(p.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
               s.entries, s.lines, s.entries_end, s.accounts, s.accounts_end), 'UTF8')), 'hex'), at
      FROM ledger_accountingperiod p,
           LATERAL (SELECT
               coalesce((SELECT max(number) FROM ledger_periodseal), 0) + 1 AS number,
               coalesce((SELECT chain_sha256 FROM ledger_periodseal
                          ORDER BY number DESC LIMIT 1), '') AS previous,
               coalesce(encode((SELECT chain FROM ledger_entryseal WHERE period_id = of_period
                                 ORDER BY number DESC LIMIT 1), 'hex'), nothing) AS entries_end,
               coalesce(encode((SELECT chain FROM ledger_accountseal
                                 ORDER BY number DESC LIMIT 1), 'hex'), nothing) AS accounts_end,
               (SELECT count(*) FROM ledger_accountseal) AS accounts, e.entries, e.lines
               FROM (SELECT count(*) AS entries,
                            coalesce(sum(octet_length(hashes) / 32 - 1), 0) AS lines
                       FROM ledger_entryseal WHERE period_id = of_period) e) s
     WHERE p.id = of_period;
END $$;

-- A seal continues the chain, seals a period that is closed, now, and covers the whole of it.
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
    IF NEW.entry_count <> (SELECT count(*) FROM ledger_journalentry WHERE period_id = NEW.period_id)
       OR NEW.account_count <> (SELECT count(*) FROM ledger_account) THEN
        RAISE EXCEPTION 'seal % does not cover every entry of its period and every account', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_seal_covers_its_period';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_entry_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_entryseal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_accountseal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- No temporary table stands in for a real one; and only who is granted it may seal.
DO $$
DECLARE sealing regprocedure;
BEGIN
    FOR sealing IN SELECT oid::regprocedure FROM pg_proc
                    WHERE pronamespace = current_schema()::regnamespace
                      AND (proname LIKE 'ledger\_seal\_%' OR proname = 'ledger_guard_seal') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', sealing, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', sealing);
    END LOOP;
END $$;

-- Periods that were sealed before are sealed anew, in their order and with their moments.
ALTER TABLE ledger_periodseal DISABLE TRIGGER USER;
CREATE TEMPORARY TABLE sealed_before ON COMMIT DROP AS
    SELECT number, period_id, sealed_at FROM ledger_periodseal;
DELETE FROM ledger_periodseal;
DO $$
DECLARE before record;
BEGIN
    FOR before IN SELECT * FROM pg_temp.sealed_before ORDER BY number LOOP
        PERFORM ledger_seal_period(before.period_id, before.sealed_at);
    END LOOP;
END $$;
DROP TABLE pg_temp.sealed_before;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE ledger_periodseal ENABLE TRIGGER USER;
