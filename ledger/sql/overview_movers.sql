-- The departments whose net charge changed most between two periods of a scheme.
SELECT scheme_id, code, name, before, now
  FROM (SELECT net.*, d.code, d.name,
               row_number() OVER (PARTITION BY net.scheme_id
                                      ORDER BY abs(net.now - net.before) DESC, d.code) AS place
          FROM (SELECT s.scheme_id,
                       t.department_id,
                       coalesce(sum(t.charged_minor + t.true_up_minor - t.earned_minor)
                                FILTER (WHERE s.period_id = pair.before_id), 0) AS before,
                       coalesce(sum(t.charged_minor + t.true_up_minor - t.earned_minor)
                                FILTER (WHERE s.period_id = pair.now_id), 0) AS now
                  FROM unnest(%(scheme_ids)s::bigint[], %(now_ids)s::bigint[],
                              %(before_ids)s::bigint[]) AS pair (scheme_id, now_id, before_id)
                  JOIN ledger_settlement s ON s.scheme_id = pair.scheme_id
                                          AND s.period_id IN (pair.now_id, pair.before_id)
                                          AND s.state = 'posted'
                  JOIN ledger_departmenttotal t ON t.settlement_id = s.id
                 GROUP BY s.scheme_id, t.department_id) AS net
          JOIN organisation_department d ON d.id = net.department_id
         WHERE net.now <> net.before) AS ranked
 WHERE place <= %(how_many)s
 ORDER BY scheme_id, place
