-- All lines that a replay knows: those of earlier settlements, but for the periods that are replayed
-- as they are known today, and those drawn, of one settlement never saved.
(SELECT id, settlement_id, activity_period_id, department_id, legal_entity_id, kind, scope, category,
        durability_class, settled_mgco2e, amount_minor, NULL::bigint AS records
   FROM ledger_settlementline
  WHERE settlement_id <> %(settlement_id)s
    AND activity_period_id <> ALL (%(replaced)s::bigint[])
  UNION ALL
 SELECT NULL, %(settlement_id)s, d.activity_period_id, d.department_id, d.legal_entity_id, d.kind,
        d.scope, d.category, d.durability_class, d.settled_mgco2e, d.amount_minor,
        coalesce(k.records, 0)
   FROM drawn d
   LEFT JOIN (
        SELECT department_id, activity_period_id, kind, coalesce(scope, 0) AS scope,
               coalesce(category, 0) AS category, durability_class,
               coalesce(price_id, 0) AS price_id,
               coalesce(incentive_rate_id, 0) AS incentive_rate_id,
               coalesce(legal_entity_id, 0) AS legal_entity_id,
               sum(sign * record_count)::bigint AS records
          FROM keyed GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9) k
     ON k.department_id = d.department_id AND k.activity_period_id = d.activity_period_id
    AND k.kind = d.kind AND k.scope = coalesce(d.scope, 0)
    AND k.category = coalesce(d.category, 0) AND k.durability_class = d.durability_class
    AND k.price_id = coalesce(d.price_id, 0)
    AND k.incentive_rate_id = coalesce(d.incentive_rate_id, 0)
    AND k.legal_entity_id = coalesce(d.legal_entity_id, 0))
