SELECT count(*) FROM ledger_postedsource
-- then
SELECT 'entry ' || id,
       CASE WHEN e.source_type IS NULL THEN format('source %s %s claims it, and it is not there',
                                                   s.source_type, s.source_id)
            WHEN s.source_type IS NULL THEN 'has not claimed its source'
            ELSE format('its source is not %s %s as claimed', s.source_type, s.source_id) END
  FROM (SELECT id, period_id, source_type, source_id, purpose FROM ledger_journalentry
         WHERE settlement_id IS NULL) e
  FULL JOIN (SELECT entry_id AS id, period_id, source_type, source_id, purpose
               FROM ledger_postedsource) s USING (id)
 WHERE (e.period_id, e.source_type, e.source_id, e.purpose)
       IS DISTINCT FROM (s.period_id, s.source_type, s.source_id, s.purpose)
 ORDER BY 1
