-- What results in force add up to by day, kept by the statement that approves. A row that somebody
-- else adds to is passed over, and another one made: those who approve don't wait for each other.

CREATE FUNCTION inventory_add_to_days(
    on_day date, of_kind text, of_scope int, of_category int, estimated boolean,
    location numeric, market numeric, results bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_daytotal
       SET location_kgco2e = location_kgco2e + location, market_kgco2e = market_kgco2e + market,
           result_count = result_count + results
     WHERE id = (SELECT id FROM inventory_daytotal
                  WHERE activity_on = on_day AND kind = of_kind AND is_estimated = estimated
                    AND scope IS NOT DISTINCT FROM of_scope
                    AND category IS NOT DISTINCT FROM of_category
                  ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO inventory_daytotal (activity_on, kind, scope, category, is_estimated,
                                        location_kgco2e, market_kgco2e, result_count)
        VALUES (on_day, of_kind, of_scope, of_category, estimated, location, market, results);
    END IF;
END $$;

-- Of what is newly approved: it counts, unless its successor was approved before it; and what it
-- supersedes counts no more, if that was approved.
CREATE FUNCTION inventory_sum_approved() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM inventory_sum_results(ARRAY(
            SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
             WHERE n.approval_number IS NOT NULL AND o.approval_number IS NULL));
    ELSE
        PERFORM inventory_sum_results(ARRAY(
            SELECT id FROM new_rows WHERE approval_number IS NOT NULL));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION inventory_sum_results(approved bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF cardinality(approved) = 0 THEN
        RETURN;
    END IF;
    PERFORM inventory_add_to_days(activity_on, kind, scope, category, is_estimated, location, market, results)
       FROM (SELECT e.activity_on, e.kind, e.scope::int, e.category::int, a.is_estimated,
                    sum(m.sign * e.location_kgco2e) AS location,
                    sum(m.sign * e.market_kgco2e) AS market, sum(m.sign) AS results
               FROM (SELECT own.id, 1 AS sign FROM unnest(approved) AS own (id)
                      WHERE NOT EXISTS (SELECT FROM inventory_emissionrecord s
                                         WHERE s.supersedes_id = own.id
                                           AND s.approval_number IS NOT NULL)
                      UNION ALL
                     SELECT before.id, -1
                       FROM unnest(approved) AS own (id)
                       JOIN inventory_emissionrecord n ON n.id = own.id
                       JOIN inventory_emissionrecord before ON before.id = n.supersedes_id
                       LEFT JOIN unnest(approved) AS same (id) ON same.id = before.id
                      WHERE before.approval_number IS NOT NULL AND same.id IS NULL) m
               JOIN inventory_emissionrecord e ON e.id = m.id
               JOIN inventory_activityrecord a ON a.id = e.activity_record_id
              WHERE e.kind = 'emission' OR e.removal_state IN ('verified', 'retired')
              GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5) t;
END $$;

CREATE TRIGGER inventory_sum_approved_on_insert AFTER INSERT ON inventory_emissionrecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory_sum_approved();
CREATE TRIGGER inventory_sum_approved_on_update AFTER UPDATE ON inventory_emissionrecord
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION inventory_sum_approved();

INSERT INTO inventory_daytotal (activity_on, kind, scope, category, is_estimated, location_kgco2e,
                                market_kgco2e, result_count)
SELECT e.activity_on, e.kind, e.scope, e.category, a.is_estimated, sum(e.location_kgco2e),
       sum(e.market_kgco2e), count(*)
  FROM inventory_emissionrecord e
  JOIN inventory_activityrecord a ON a.id = e.activity_record_id
 WHERE e.approval_number IS NOT NULL
   AND (e.kind = 'emission' OR e.removal_state IN ('verified', 'retired'))
   AND NOT EXISTS (SELECT FROM inventory_emissionrecord s
                    WHERE s.supersedes_id = e.id AND s.approval_number IS NOT NULL)
 GROUP BY 1, 2, 3, 4, 5;

DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace
                    AND proname IN ('inventory_add_to_days', 'inventory_sum_approved',
                                    'inventory_sum_results') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
