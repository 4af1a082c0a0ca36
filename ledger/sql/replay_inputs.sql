-- The inputs of a settlement, some of them with other kilograms.
SELECT i.record_id, i.sign, i.department_id, i.activity_on, i.country, i.record_kind, i.scope,
       i.category, i.durability_class,
       coalesce(r.location_kgco2e, i.location_kgco2e) AS location_kgco2e,
       coalesce(r.market_kgco2e, i.market_kgco2e) AS market_kgco2e, i.line_id
  FROM ({inputs}) i LEFT JOIN restated r ON r.record_id = i.record_id
