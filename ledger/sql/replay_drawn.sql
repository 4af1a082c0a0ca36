-- All lines that a replay knows: those of earlier settlements, and those drawn, of one never saved.
(SELECT settlement_id, activity_period_id, department_id, legal_entity_id, kind, amount_minor
   FROM ledger_settlementline WHERE settlement_id <> %(settlement_id)s
  UNION ALL
 SELECT %(settlement_id)s, activity_period_id, department_id, legal_entity_id, kind, amount_minor
   FROM drawn)
