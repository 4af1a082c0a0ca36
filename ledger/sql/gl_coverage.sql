-- Money accounts with postings that a legal entity has no GL account for, kind by kind and scheme by
-- scheme: how many accounts and lines, and on which days they were posted.
WITH posted AS MATERIALIZED (
    SELECT coalesce(a.legal_entity_id, place.legal_entity_id) AS legal_entity_id, a.kind, a.scheme_id, a.category, l.account_id, e.entry_date,
           count(*) AS line_count
      FROM ledger_journalline l
      JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
      JOIN ledger_account a ON a.id = l.account_id
      LEFT JOIN organisation_departmentplacement place
        ON place.department_id = e.department_id AND place.in_force @> e.entry_date
     WHERE a.kind = ANY (%(kinds)s) AND coalesce(a.legal_entity_id, place.legal_entity_id) IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT le.code, p.kind, coalesce(s.code, ''), count(DISTINCT p.account_id),
       sum(p.line_count)::bigint, min(p.entry_date), max(p.entry_date)
  FROM posted p
  JOIN organisation_legalentity le ON le.id = p.legal_entity_id
  LEFT JOIN pricing_scheme s ON s.id = p.scheme_id
  LEFT JOIN ledger_gl_in_force gl
    ON gl.legal_entity_id = p.legal_entity_id AND gl.kind = p.kind
   AND gl.scheme_id IS NOT DISTINCT FROM p.scheme_id
   AND gl.category IS NOT DISTINCT FROM p.category AND gl.in_force @> p.entry_date
 WHERE gl.gl_account IS NULL
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
