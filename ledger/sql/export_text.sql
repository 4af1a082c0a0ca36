-- Journal lines as text, an entry a row, period by period: by date, entry and line. Everything small
-- is written once, before, and hashed once. The braces are filled in by line_text.py.
WITH account AS MATERIALIZED (
    SELECT a.id, c.unit, {between} || c.zero AS after_debit, c.zero || {between} AS before_credit,
           a.scheme_code, {scheme} AS scheme,
           {account}
      FROM (SELECT a.*, s.code AS scheme_code FROM ledger_account a
              LEFT JOIN pricing_scheme s ON s.id = a.scheme_id) a
     CROSS JOIN LATERAL (SELECT a.scheme_code AS code) scheme
      JOIN (SELECT code, round(power(10::numeric, -exponent), exponent) AS unit,
                   round(0::numeric, exponent)::text AS zero FROM ledger_commodity) c
        ON c.code = a.commodity_id
     WHERE (%(account)s::text IS NULL OR a.code = %(account)s)
       AND (%(commodity)s::text IS NULL OR a.commodity_id = %(commodity)s)
       AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
), standing AS (
    -- Where a department stood on which days, and the days on which it stood nowhere.
    SELECT department_id, legal_entity_id, in_force FROM organisation_departmentplacement
    UNION ALL
    SELECT d.id, NULL, unnest('{{(,)}}'::datemultirange - coalesce(taken.days, '{{}}'))
      FROM organisation_department d
      LEFT JOIN (SELECT department_id, range_agg(in_force) AS days
                   FROM organisation_departmentplacement GROUP BY 1) taken
        ON taken.department_id = d.id
), place AS MATERIALIZED (
    SELECT d.id, standing.in_force, {legal_entity} AS legal_entity, {department} AS department,
           {cost_centre} AS cost_centre
      FROM organisation_department d
      JOIN standing ON standing.department_id = d.id
      LEFT JOIN organisation_legalentity le ON le.id = standing.legal_entity_id
      LEFT JOIN (SELECT department_id, legal_entity_id, min(code) AS code
                   FROM organisation_costcentre GROUP BY 1, 2) cc
        ON cc.department_id = d.id AND cc.legal_entity_id = le.id
), settlement AS MATERIALIZED (
    SELECT s.id, scheme.code, {scheme} AS scheme
      FROM ledger_settlement s JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
), nowhere AS MATERIALIZED (SELECT {empty} AS text)
SELECT entry.body, entry.line_count
  FROM (SELECT id, code FROM ledger_accountingperiod
         WHERE %(period)s::text IS NULL OR code = %(period)s ORDER BY days) p
 CROSS JOIN LATERAL (
    SELECT string_agg(line.body, '' ORDER BY line.id) AS body, count(*)::integer AS line_count
      FROM (SELECT l.id, l.entry_id, e.entry_date, {line} AS body
              FROM ledger_journalline l
              JOIN (SELECT e.id, e.entry_date, settlement.code AS scheme_code, settlement.scheme,
                           {entry}
                      FROM ledger_journalentry e
                     CROSS JOIN nowhere
                      LEFT JOIN ledger_accountingperiod ap ON ap.id = e.activity_period_id
                      LEFT JOIN settlement ON settlement.id = e.settlement_id
                      LEFT JOIN place ON place.id = e.department_id AND place.in_force @> e.entry_date
                     WHERE e.period_id = p.id
                       AND (%(entry_id)s::bigint IS NULL OR e.id = %(entry_id)s)
                    OFFSET 0) e ON e.id = l.entry_id
              JOIN account a ON a.id = l.account_id
             WHERE l.id <= %(through_line_id)s
               AND (%(scheme)s::text IS NULL
                    OR coalesce(e.scheme_code, a.scheme_code) = %(scheme)s)
            OFFSET 0) line
     GROUP BY line.entry_date, line.entry_id
     ORDER BY line.entry_date, line.entry_id) entry
