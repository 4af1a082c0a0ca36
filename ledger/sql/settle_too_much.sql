-- The departments of a shard whose inputs come to more than a line can count, the largest first.
SELECT d.code, greatest(sum(abs(i.location_kgco2e)), sum(abs(i.market_kgco2e))) AS kgco2e
  FROM ({inputs}) i
  JOIN organisation_department d ON d.id = i.department_id
 GROUP BY d.code
HAVING greatest(sum(abs(i.location_kgco2e)), sum(abs(i.market_kgco2e))) > %(most_kgco2e)s
 ORDER BY 2 DESC, 1
