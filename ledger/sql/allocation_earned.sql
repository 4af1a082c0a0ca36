-- What each department earned for verified absorption so far in some activity periods, by class.
SELECT l.activity_period_id, d.code, l.durability_class, sum(l.amount_minor)
  FROM {lines} l
  JOIN organisation_department d ON d.id = l.department_id
 WHERE l.settlement_id = ANY (%(settlements)s) AND l.activity_period_id = ANY (%(periods)s)
   AND l.kind = 'incentive'
 GROUP BY 1, 2, 3
 ORDER BY 3
