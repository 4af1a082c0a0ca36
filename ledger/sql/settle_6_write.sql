-- Lines, and which records each of them settles. Answers with the digest of what was settled.
WITH line AS (
    INSERT INTO ledger_settlementline (
        id, settlement_id, shard_id, scheme_id, department_id, activity_period_id, is_true_up,
        kind, scope, category, durability_class, price_id, incentive_rate_id, price_per_tonne,
        location_mgco2e, market_mgco2e, settled_mgco2e, settled_before_mgco2e,
        amount_minor, amount_before_minor, record_count, quantity_account_id, money_account_id,
        legal_entity_id)
    SELECT id, %(settlement_id)s, %(shard_id)s, %(scheme_id)s, department_id, activity_period_id,
           activity_period_id <> %(period_id)s, kind, scope, category, durability_class,
           price_id, incentive_rate_id, price_per_tonne, location_mgco2e, market_mgco2e,
           settled_mgco2e, settled_before_mgco2e, amount_minor, amount_before_minor,
           record_count, quantity_account_id, money_account_id, legal_entity_id
      FROM drawn ORDER BY id
), settled AS (
    INSERT INTO ledger_settledrecord (scheme_id, line_id, emission_record_id, sign)
    SELECT %(scheme_id)s, d.id, unnest(k.records), k.sign
      FROM keyed k
      JOIN drawn d
        ON d.department_id = k.department_id AND d.activity_period_id = k.activity_period_id
       AND d.kind = k.kind AND coalesce(d.scope, 0) = coalesce(k.scope, 0)
       AND coalesce(d.category, 0) = coalesce(k.category, 0)
       AND d.durability_class = k.durability_class
       AND coalesce(d.price_id, 0) = coalesce(k.price_id, 0)
       AND coalesce(d.incentive_rate_id, 0) = coalesce(k.incentive_rate_id, 0)
       AND coalesce(d.legal_entity_id, 0) = coalesce(k.legal_entity_id, 0)
     ORDER BY d.id
    RETURNING emission_record_id, sign
)
SELECT count(*),
       encode(sha256(convert_to(coalesce(string_agg(
           emission_record_id || ':' || sign, E'\n' ORDER BY emission_record_id, sign), ''),
           'UTF8')), 'hex')
  FROM settled
