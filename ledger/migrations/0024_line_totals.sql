-- What statement lines add up to, kept by the statement that writes lines or takes them away. Each
-- adds rows of its own, so that shards don't wait for each other.

CREATE FUNCTION ledger_sum_new_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_linetotal (
        settlement_id, scheme_id, activity_period_id, is_true_up, kind, scope, category,
        durability_class, price_id, price_per_tonne, location_mgco2e, market_mgco2e, settled_mgco2e,
        amount_minor, record_count, line_count)
    SELECT settlement_id, scheme_id, activity_period_id, is_true_up, kind, scope, category,
           durability_class, price_id, price_per_tonne, sum(location_mgco2e), sum(market_mgco2e),
           sum(settled_mgco2e), sum(amount_minor), sum(record_count), count(*)
      FROM new_rows GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
    INSERT INTO ledger_departmenttotal (
        settlement_id, department_id, charged_minor, true_up_minor, earned_minor, emitted_mgco2e,
        removed_mgco2e, record_count)
    SELECT settlement_id, department_id,
           coalesce(sum(amount_minor) FILTER (WHERE kind IN ('charge', 'levy') AND NOT is_true_up), 0),
           coalesce(sum(amount_minor) FILTER (WHERE kind IN ('charge', 'levy') AND is_true_up), 0),
           coalesce(sum(amount_minor) FILTER (WHERE kind IN ('incentive', 'allocation')), 0),
           coalesce(sum(settled_mgco2e) FILTER (WHERE scope IS NOT NULL), 0),
           coalesce(sum(settled_mgco2e) FILTER (WHERE scope IS NULL), 0), sum(record_count)
      FROM new_rows GROUP BY 1, 2;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_sum_new_lines AFTER INSERT ON ledger_settlementline
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_sum_new_lines();

-- Lines go only once their settlement is cancelled, and then all of them.
CREATE FUNCTION ledger_forget_line_totals() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    gone constant bigint[] := ARRAY(SELECT DISTINCT settlement_id FROM old_rows);
BEGIN
    IF EXISTS (SELECT FROM ledger_settlementline WHERE settlement_id = ANY (gone)) THEN
        RAISE EXCEPTION 'all lines of a settlement go, or none'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_lines_go_together';
    END IF;
    DELETE FROM ledger_linetotal WHERE settlement_id = ANY (gone);
    DELETE FROM ledger_departmenttotal WHERE settlement_id = ANY (gone);
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_sum_no_lines AFTER DELETE ON ledger_settlementline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_forget_line_totals();

INSERT INTO ledger_linetotal (
    settlement_id, scheme_id, activity_period_id, is_true_up, kind, scope, category,
    durability_class, price_id, price_per_tonne, location_mgco2e, market_mgco2e, settled_mgco2e,
    amount_minor, record_count, line_count)
SELECT settlement_id, scheme_id, activity_period_id, is_true_up, kind, scope, category,
       durability_class, price_id, price_per_tonne, sum(location_mgco2e), sum(market_mgco2e),
       sum(settled_mgco2e), sum(amount_minor), sum(record_count), count(*)
  FROM ledger_settlementline GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1;
INSERT INTO ledger_departmenttotal (
    settlement_id, department_id, charged_minor, true_up_minor, earned_minor, emitted_mgco2e,
    removed_mgco2e, record_count)
SELECT settlement_id, department_id,
       coalesce(sum(amount_minor) FILTER (WHERE kind IN ('charge', 'levy') AND NOT is_true_up), 0),
       coalesce(sum(amount_minor) FILTER (WHERE kind IN ('charge', 'levy') AND is_true_up), 0),
       coalesce(sum(amount_minor) FILTER (WHERE kind IN ('incentive', 'allocation')), 0),
       coalesce(sum(settled_mgco2e) FILTER (WHERE scope IS NOT NULL), 0),
       coalesce(sum(settled_mgco2e) FILTER (WHERE scope IS NULL), 0), sum(record_count)
  FROM ledger_settlementline GROUP BY 1, 2 ORDER BY 1;

DO $$
DECLARE
    guard text;
BEGIN
    FOREACH guard IN ARRAY ARRAY['ledger_sum_new_lines', 'ledger_forget_line_totals'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
