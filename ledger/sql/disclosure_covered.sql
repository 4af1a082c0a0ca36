-- kgCO2e by scope of what at least one scheme has charged in some periods of activity: each result
-- once, however many schemes charge it, and none that was taken back.
SELECT c.scope, sum(c.location_kgco2e), sum(c.market_kgco2e)
  FROM (SELECT DISTINCT emission_record_id
          FROM (SELECT s.scheme_id, s.emission_record_id
                  FROM ledger_settlementline l
                  JOIN ledger_settlement t ON t.id = l.settlement_id AND t.state = 'posted'
                  JOIN ledger_settledrecord s ON s.line_id = l.id
                 WHERE l.kind = 'charge' AND l.scheme_id = ANY(%(schemes)s)
                   AND l.activity_period_id = ANY(%(periods)s)
                 GROUP BY 1, 2
                HAVING sum(s.sign) > 0) charged) once
  JOIN inventory_chargeable c ON c.id = once.emission_record_id
 GROUP BY 1 ORDER BY 1
