SELECT count(*) FROM ledger_settlementline WHERE legal_entity_id IS NOT NULL
-- then
-- A line is in the books of the legal entity that its department was in on the day of each activity,
-- as the settlement that took it in knew it; what is taken back is in those that settled it.
WITH entity_rule AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.*
      FROM ledger_settlement s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'entity_rules') AS r(
           department_id bigint, legal_entity_id bigint, starts_on date, ends_before date)
), line AS MATERIALIZED (
    SELECT l.id, l.settlement_id, l.scheme_id, l.department_id, l.legal_entity_id, l.kind,
           scheme.fund_entity_id
      FROM ledger_settlementline l
      JOIN pricing_scheme scheme ON scheme.id = l.scheme_id
     WHERE scheme.fund_entity_id IS NOT NULL OR l.legal_entity_id IS NOT NULL
), expected AS (
    SELECT l.id, l.legal_entity_id, r.emission_record_id AS record_id,
           CASE WHEN l.kind = 'recorded' THEN NULL
                ELSE coalesce(x.legal_entity_id, l.fund_entity_id) END AS books_id
      FROM line l
      JOIN ledger_settledrecord r ON r.line_id = l.id AND r.sign = 1
      JOIN inventory_emissionrecord e ON e.id = r.emission_record_id
      LEFT JOIN entity_rule x
        ON x.settlement_id = l.settlement_id AND x.department_id = l.department_id
       AND (x.starts_on IS NULL OR e.activity_on >= x.starts_on)
       AND (x.ends_before IS NULL OR e.activity_on < x.ends_before)
    UNION ALL
    SELECT l.id, l.legal_entity_id, r.emission_record_id, given.legal_entity_id
      FROM line l
      JOIN ledger_settledrecord r ON r.line_id = l.id AND r.sign = -1
      JOIN ledger_settledrecord g
        ON g.scheme_id = r.scheme_id AND g.emission_record_id = r.emission_record_id AND g.sign = 1
      JOIN ledger_settlementline given ON given.id = g.line_id
)
SELECT 'statement line ' || x.id,
       format('is in the books of %s; record %s belongs in those of %s',
              coalesce(min(is_in.code), 'no legal entity'), min(x.record_id),
              coalesce(min(belongs.code), 'no legal entity'))
  FROM expected x
  LEFT JOIN organisation_legalentity is_in ON is_in.id = x.legal_entity_id
  LEFT JOIN organisation_legalentity belongs ON belongs.id = x.books_id
 WHERE x.legal_entity_id IS DISTINCT FROM x.books_id
 GROUP BY x.id
 ORDER BY 1
