-- Each input of the shard with its dimensions and milligrams. What is taken back keeps the key of
-- the line that settled it.
CREATE TEMPORARY TABLE settling ON COMMIT DROP AS
SELECT i.record_id, i.sign, c.department_id, c.activity_on, c.country,
       c.kind AS record_kind, c.scope, c.category, c.durability_class,
       (c.location_kgco2e * 1000000)::bigint AS location_mgco2e,
       (c.market_kgco2e * 1000000)::bigint AS market_mgco2e,
       i.line_id
  FROM ({inputs}) i
  JOIN inventory_chargeable c ON c.id = i.record_id
