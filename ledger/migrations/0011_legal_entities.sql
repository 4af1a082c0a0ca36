-- Each legal entity keeps books of its own: its accounts name it, and what an entry writes in its
-- books balances by itself.

-- An account names its legal entity exactly where its scheme tells books apart.
CREATE FUNCTION ledger_guard_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE wrong record;
BEGIN
    IF NOT EXISTS (SELECT FROM pricing_scheme WHERE fund_entity_id IS NOT NULL)
       AND NOT EXISTS (SELECT FROM new_accounts WHERE legal_entity_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    SELECT a.code INTO wrong
      FROM new_accounts a
      LEFT JOIN pricing_scheme s ON s.id = a.scheme_id
     WHERE (a.legal_entity_id IS NULL) <> (s.fund_entity_id IS NULL)
        OR a.kind = 'carbon_fund' AND a.legal_entity_id <> s.fund_entity_id
        OR a.kind = 'due_to' AND a.counterparty_id <> s.fund_entity_id
        OR a.kind = 'due_from' AND a.legal_entity_id <> s.fund_entity_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % is not in the books that its scheme says', wrong.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_is_in_its_books';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_accounts AFTER INSERT ON ledger_account
    REFERENCING NEW TABLE AS new_accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_accounts();

-- What a statement adds to an entry balances in each legal entity's books. Where no scheme tells
-- books apart, or all tell the same one, that an entry balances says it already. The name lets the
-- guard of the lines go first. It is planned as the other guards are, see 0007_partitions.sql: a few
-- lines by a plan that is kept, many anew and without nested loops.
CREATE FUNCTION ledger_guard_lines_by_entity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_nestloop = off AS $$
DECLARE
    are_few boolean;
    wrong record;
BEGIN
    IF NOT EXISTS (SELECT FROM pricing_scheme WHERE fund_entity_id IS NOT NULL)
       OR NOT EXISTS (SELECT FROM organisation_legalentity OFFSET 1)
          AND NOT EXISTS (SELECT FROM pricing_scheme WHERE fund_entity_id IS NULL) THEN
        RETURN NULL;
    END IF;
    are_few := (SELECT count(*) <= 20 FROM (SELECT FROM new_lines LIMIT 21) few);
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE are_few;
    SELECT l.entry_id, l.commodity_id, a.legal_entity_id, sum(l.debit) AS debit,
           sum(l.credit) AS credit INTO wrong
      FROM new_lines l JOIN ledger_account a ON a.id = l.account_id
     WHERE are_few IS NOT NULL
     GROUP BY 1, 2, 3 HAVING sum(l.debit) <> sum(l.credit) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance in the books of %: % debit %, credit % (minor units)',
            wrong.entry_id, coalesce((SELECT code FROM organisation_legalentity
                                       WHERE id = wrong.legal_entity_id), 'no legal entity'),
            wrong.commodity_id, wrong.debit, wrong.credit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances_by_entity';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_lines_by_entity AFTER INSERT ON ledger_journalline
    REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lines_by_entity();

-- An account's seal covers whose books it is in, and who is on the other side. Without them its hash
-- is what it was; no text has a zero byte, so nothing else hashes like them.
CREATE OR REPLACE FUNCTION hashes_of_accounts() RETURNS TABLE (account_id bigint, sha256 bytea)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT a.id, sha256(convert_to(concat_ws('|', a.id, a.code, a.kind, a.commodity_id, c.exponent,
           coalesce(a.scheme_id::text, ''), coalesce(a.department_id::text, ''),
           coalesce(a.scope::text, ''), coalesce(a.category::text, ''), a.durability_class), 'UTF8')
       || CASE WHEN coalesce(a.legal_entity_id, a.counterparty_id) IS NULL THEN ''
               ELSE '\x00'::bytea || convert_to(concat(a.legal_entity_id, '|', a.counterparty_id),
                                                'UTF8') END)
  FROM ledger_account a LEFT JOIN ledger_commodity c ON c.code = a.commodity_id
$$;

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_guard_accounts', 'ledger_guard_lines_by_entity'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
