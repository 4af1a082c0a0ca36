-- A grant is paid as it was awarded, taken back only if its project failed, and out of what the fund
-- holds.

-- An entry of a grant pays an accepted milestone of an awarded grant; one that takes it back is of a
-- grant that failed.
CREATE FUNCTION ledger_guard_grants() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    paying text := NEW.source_id;
    due record;
BEGIN
    IF NEW.purpose = 'reversal' THEN
        SELECT e.source_id INTO paying
          FROM ledger_journalentry t JOIN ledger_journalentry e ON e.id = t.reverses_id
         WHERE t.id = NEW.entry_id AND t.period_id = NEW.period_id AND e.source_type = 'grant-milestone';
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    SELECT g.scheme_id, g.department_id, g.state, m.amount_minor, m.accepted_by_id, g.applied_by_id,
           m.evidenced_by_id, e.posted_by_id,
           ledger_grant_is_booked(NEW.entry_id, NEW.period_id, g.scheme_id, g.department_id,
                                  m.amount_minor) AS is_booked
      INTO due
      FROM pricing_grantmilestone m
      JOIN pricing_grantapplication g ON g.id = m.grant_id
      JOIN ledger_journalentry e ON e.id = NEW.entry_id AND e.period_id = NEW.period_id
     WHERE m.id = CASE WHEN paying ~ '^[0-9]{1,18}$' THEN paying::bigint END;
    IF NEW.purpose = 'reversal' THEN
        IF due.state IS DISTINCT FROM 'failed' THEN
            RAISE EXCEPTION 'the grant of milestone % did not fail: nothing is taken back', paying
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_grant_is_taken_back_once_failed';
        END IF;
    ELSIF (due.state = 'awarded' AND due.accepted_by_id IS NOT NULL AND due.is_booked
           AND NEW.purpose = 'payment' AND due.posted_by_id <> due.applied_by_id
           AND due.posted_by_id <> due.evidenced_by_id) IS NOT TRUE THEN
        RAISE EXCEPTION 'entry % does not pay milestone % as it was awarded', NEW.entry_id, paying
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_grant_is_paid_as_awarded';
    END IF;
    RETURN NULL;
END $$;

-- Debit the scheme's fund, credit the department's income; between legal entities what is due beside.
CREATE FUNCTION ledger_grant_is_booked(entry bigint, period bigint, scheme bigint, department bigint,
                                       amount bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT sum(l.debit) FILTER (WHERE a.kind = 'carbon_fund') = amount
       AND sum(l.credit) FILTER (WHERE a.kind = 'incentive_income' AND a.department_id = department)
           = amount
       AND coalesce(sum(l.debit) FILTER (WHERE a.kind = 'due_from'), 0) = 0
       AND coalesce(sum(l.credit) FILTER (WHERE a.kind = 'due_to'), 0) = 0
       AND bool_and(a.scheme_id = scheme) AND count(*) = CASE WHEN count(a.counterparty_id) = 0
                                                              THEN 2 ELSE 4 END
      FROM ledger_journalline l JOIN ledger_account a ON a.id = l.account_id
     WHERE l.entry_id = entry AND l.period_id = period
$$;

CREATE TRIGGER ledger_grant_is_paid_as_awarded AFTER INSERT ON ledger_postedsource
    FOR EACH ROW
    WHEN (NEW.source_type = 'grant-milestone' OR NEW.purpose = 'reversal')
    EXECUTE FUNCTION ledger_guard_grants();

-- What is taken out of a fund, other than fees that were charged too much, it holds; of two at once
-- the second one sees what the first one left. The name lets the balances be written before. It is
-- planned as the other guards are, see 0007_partitions.sql.
CREATE FUNCTION ledger_guard_lines_of_fund() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_nestloop = off AS $$
DECLARE
    are_few boolean;
    paid record;
    held numeric;
BEGIN
    IF NOT EXISTS (SELECT FROM pricing_scheme WHERE NOT fund_may_overdraw) THEN
        RETURN NULL;
    END IF;
    are_few := (SELECT count(*) <= 20 FROM (SELECT FROM new_lines LIMIT 21) few);
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE are_few;
    FOR paid IN
        SELECT a.scheme_id, a.code
          FROM new_lines l
          JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'carbon_fund'
          JOIN pricing_scheme s ON s.id = a.scheme_id AND NOT s.fund_may_overdraw
          JOIN LATERAL (
               SELECT e.purpose FROM ledger_journalentry e
                WHERE e.period_id = l.period_id AND e.id = l.entry_id OFFSET 0) e
            ON e.purpose <> 'charge'
         WHERE are_few IS NOT NULL AND l.debit > 0
         GROUP BY 1, 2 ORDER BY 1
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('ledger_fund'), paid.scheme_id::int);
        held := ledger_fund_holds(paid.scheme_id);
        IF held < 0 THEN
            RAISE EXCEPTION 'the fund % would hold % (minor units)', paid.code, held
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_fund_is_not_overdrawn';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_fund_holds(scheme bigint) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(b.credit - b.debit), 0)
      FROM ledger_account a JOIN ledger_periodbalance b ON b.account_id = a.id
     WHERE a.scheme_id = scheme AND a.kind = 'carbon_fund'
$$;

CREATE TRIGGER ledger_guard_lines_of_fund AFTER INSERT ON ledger_journalline
    REFERENCING NEW TABLE AS new_lines
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lines_of_fund();

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('ledger_guard_grants', 'ledger_grant_is_booked',
                                    'ledger_guard_lines_of_fund', 'ledger_fund_holds') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
