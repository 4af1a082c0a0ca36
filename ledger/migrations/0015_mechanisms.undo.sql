CREATE OR REPLACE FUNCTION ledger_guard_statement_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE wrong record;
BEGIN
    SELECT n.settlement_id INTO wrong
      FROM (SELECT DISTINCT settlement_id, shard_id, scheme_id FROM new_rows) n
      LEFT JOIN ledger_settlement s ON s.id = n.settlement_id AND s.scheme_id = n.scheme_id
      LEFT JOIN ledger_settlementshard h ON h.id = n.shard_id AND h.settlement_id = s.id
     WHERE s.state IS DISTINCT FROM 'calculating' OR h.state IS DISTINCT FROM 'waiting' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'statement lines are written only while their settlement is calculating'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_statement_line_while_calculating';
    END IF;

    SELECT 1 INTO wrong WHERE EXISTS (
        SELECT FROM (SELECT DISTINCT department_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT FROM organisation_department d WHERE d.id = n.department_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT activity_period_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT FROM ledger_accountingperiod p WHERE p.id = n.activity_period_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT price_id FROM new_rows WHERE price_id IS NOT NULL) n
         WHERE NOT EXISTS (SELECT FROM pricing_carbonprice p WHERE p.id = n.price_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT incentive_rate_id AS id FROM new_rows
                      WHERE incentive_rate_id IS NOT NULL) n
         WHERE NOT EXISTS (SELECT FROM pricing_incentiverate r WHERE r.id = n.id)
    ) OR EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN ledger_account q ON q.id = n.quantity_account_id
          LEFT JOIN ledger_account m ON m.id = n.money_account_id
         WHERE n.quantity_account_id IS NOT NULL AND q.id IS NULL
            OR n.money_account_id IS NOT NULL AND m.id IS NULL);
    IF FOUND THEN
        RAISE EXCEPTION 'a statement line names a department, period, price or account that there is not'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_statement_line_names_what_there_is';
    END IF;
    RETURN NULL;
END $$;

DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_guard_statement_lines() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
