-- The departments whose net charge changed most between two periods of a scheme.
SELECT scheme_id, code, name, before, now
  FROM (SELECT net.*, d.code, d.name,
               row_number() OVER (PARTITION BY net.scheme_id
                                      ORDER BY abs(net.now - net.before) DESC, d.code) AS place
          FROM (SELECT l.scheme_id,
                       l.department_id,
                       coalesce(sum(signed.amount) FILTER (WHERE s.period_id = pair.before_id), 0)
                           AS before,
                       coalesce(sum(signed.amount) FILTER (WHERE s.period_id = pair.now_id), 0)
                           AS now
                  FROM unnest(%(scheme_ids)s::bigint[], %(now_ids)s::bigint[],
                              %(before_ids)s::bigint[]) AS pair (scheme_id, now_id, before_id)
                  JOIN ledger_settlement s ON s.scheme_id = pair.scheme_id
                                          AND s.period_id IN (pair.now_id, pair.before_id)
                                          AND s.state = 'posted'
                  JOIN ledger_settlementline l ON l.settlement_id = s.id
                 CROSS JOIN LATERAL (SELECT CASE WHEN l.kind IN ('charge', 'levy')
                                                             THEN l.amount_minor
                                                             WHEN l.kind = 'recorded' THEN 0
                                                             ELSE -l.amount_minor END) AS signed (amount)
                 GROUP BY l.scheme_id, l.department_id) AS net
          JOIN organisation_department d ON d.id = net.department_id
         WHERE net.now <> net.before) AS ranked
 WHERE place <= %(how_many)s
 ORDER BY scheme_id, place
