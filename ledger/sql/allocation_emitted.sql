-- What each department was charged for so far in some activity periods, by scope and category, in
-- milligrams on the scheme's basis. Where every record was taken back there is no row: nothing is
-- known, which is not the same as nothing emitted.
SELECT l.activity_period_id, l.department_id, l.scope, l.category, sum(l.settled_mgco2e)
  FROM {lines} l
 CROSS JOIN LATERAL ({records_of_line}) in_force
 WHERE l.settlement_id = ANY (%(settlements)s) AND l.activity_period_id = ANY (%(periods)s)
   AND l.kind = 'charge'
 GROUP BY 1, 2, 3, 4
HAVING sum(in_force.records) > 0
