-- What statement lines say so far of some activity periods, department by department: what was
-- charged, and what the mechanism shared out in earlier settlements.
SELECT l.activity_period_id, l.department_id, d.code,
       coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'charge'), 0),
       coalesce(sum(l.amount_minor) FILTER (
           WHERE l.kind = %(kind)s AND l.settlement_id <> %(settlement_id)s), 0),
       (array_agg(l.legal_entity_id ORDER BY l.settlement_id DESC) FILTER (
           WHERE l.kind = %(kind)s AND l.settlement_id <> %(settlement_id)s))[1]
  FROM {lines} l
  JOIN organisation_department d ON d.id = l.department_id
 WHERE l.settlement_id = ANY (%(settlements)s) AND l.activity_period_id = ANY (%(periods)s)
 GROUP BY 1, 2, 3
