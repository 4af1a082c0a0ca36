-- What is taken out of a fund, other than fees that were charged too much, it holds: also what a fee
-- pays for tonnes below a baseline, which stands in one entry with the charge.
CREATE OR REPLACE FUNCTION ledger_guard_lines_of_fund() RETURNS trigger
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
            ON e.purpose <> 'charge' OR s.mechanism = 'fee' AND EXISTS (
               SELECT FROM ledger_journalline r JOIN ledger_account x ON x.id = r.account_id
                WHERE r.period_id = l.period_id AND r.entry_id = l.entry_id
                  AND x.kind = 'fee_return' AND r.credit > 0)
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

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_guard_lines_of_fund() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
