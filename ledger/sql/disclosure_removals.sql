-- Removals of some days that a scheme has posted, results that were taken back among them.
SELECT s.sign, a.activity, coalesce(a.inputs ->> 'project', ''), r.durability_class, r.removal_state,
       r.market_kgco2e
  FROM inventory_emissionrecord r
  JOIN inventory_activityrecord a ON a.id = r.activity_record_id
  JOIN ledger_settledrecord s ON s.emission_record_id = r.id AND s.scheme_id = %(scheme_id)s
  JOIN ledger_settlementline l ON l.id = s.line_id
  JOIN ledger_settlement t ON t.id = l.settlement_id AND t.state = 'posted'
 WHERE r.kind = 'removal' AND r.approval_number IS NOT NULL
   AND r.activity_on >= %(first_day)s AND r.activity_on < %(ends_before)s
 ORDER BY s.line_id, r.id, s.sign
