SELECT count(*) FROM inventory_emissionrecord WHERE approval_number IS NOT NULL
-- then
-- Up to the last posted settlement of a scheme: every record that counts is in, every one that was
-- superseded is taken back, and nothing else is settled.
WITH last AS MATERIALIZED (
    SELECT DISTINCT ON (s.scheme_id) s.scheme_id, scheme.code, scheme.starts_on,
           upper(p.days) AS ends_before, s.approval_number_through AS through
      FROM ledger_settlement s
      JOIN ledger_accountingperiod p ON p.id = s.period_id
      JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
     WHERE s.state = 'posted'
     ORDER BY s.scheme_id, upper(p.days) DESC, s.revision DESC
), settled AS MATERIALIZED (
    SELECT r.scheme_id, r.emission_record_id AS record_id, r.sign,
           s.approval_number_through AS through, upper(p.days) AS ends_before
      FROM ledger_settledrecord r
      JOIN ledger_settlementline l ON l.id = r.line_id
      JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
      JOIN ledger_accountingperiod p ON p.id = s.period_id
), expected AS (
    SELECT last.scheme_id, c.id AS record_id
      FROM inventory_chargeable c
      JOIN last ON c.approval_number <= last.through
       AND c.activity_on >= last.starts_on AND c.activity_on < last.ends_before
       AND (c.superseded_at_number IS NULL OR c.superseded_at_number > last.through)
), missing AS (
    SELECT * FROM expected EXCEPT SELECT scheme_id, record_id FROM settled WHERE sign = 1
), wrong AS (
    SELECT m.record_id, format('scheme %s never settled it', last.code) AS detail
      FROM missing m JOIN last ON last.scheme_id = m.scheme_id
    UNION ALL
    SELECT c.id, format('scheme %s settled it and never took it back', last.code)
      FROM inventory_superseded c
      JOIN settled s ON s.record_id = c.id AND s.sign = 1
      JOIN last ON last.scheme_id = s.scheme_id AND c.superseded_at_number <= last.through
      LEFT JOIN settled back
        ON back.scheme_id = s.scheme_id AND back.record_id = c.id AND back.sign = -1
     WHERE back.record_id IS NULL
    UNION ALL
    SELECT s.record_id, format('scheme %s settled it, though it was none of its inputs', last.code)
      FROM settled s
      JOIN last ON last.scheme_id = s.scheme_id
      LEFT JOIN inventory_chargeable c ON c.id = s.record_id
     WHERE s.sign = 1
       AND (c.id IS NULL OR c.approval_number > s.through OR c.superseded_at_number <= s.through
            OR c.activity_on < last.starts_on OR c.activity_on >= s.ends_before)
    UNION ALL
    SELECT s.record_id, format('scheme %s took it back, though nothing supersedes it', last.code)
      FROM settled s
      JOIN last ON last.scheme_id = s.scheme_id
      LEFT JOIN inventory_superseded c ON c.id = s.record_id
     WHERE s.sign = -1 AND (c.id IS NULL OR c.superseded_at_number > s.through)
    UNION ALL
    SELECT s.record_id, format('scheme %s took it back without having settled it', last.code)
      FROM settled s
      JOIN last ON last.scheme_id = s.scheme_id
      LEFT JOIN settled given
        ON given.scheme_id = s.scheme_id AND given.record_id = s.record_id AND given.sign = 1
     WHERE s.sign = -1 AND given.record_id IS NULL
)
SELECT 'emission record ' || record_id, detail FROM wrong ORDER BY record_id, detail
