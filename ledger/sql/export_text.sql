-- Journal lines as text, an entry a row, period by period: by date, entry and line. Everything small
-- is written once, before, and hashed once. The braces are filled in by line_text.py.
WITH nowhere AS MATERIALIZED (
    SELECT {empty} AS text
), period AS MATERIALIZED (
    SELECT p.id, p.code, p.days, {period} AS text FROM ledger_accountingperiod p
), scheme AS MATERIALIZED (
    SELECT scheme.id, scheme.code, {scheme} AS text FROM pricing_scheme scheme
), entity AS MATERIALIZED (
    SELECT le.id, {legal_entity} AS text FROM organisation_legalentity le
), commodity AS MATERIALIZED (
    SELECT c.code, c.unit, {between} || c.zero AS after_debit, c.zero || {between} AS before_credit,
           {commodity} AS text
      FROM (SELECT code, round(power(10::numeric, -exponent), exponent) AS unit,
                   round(0::numeric, exponent)::text AS zero FROM ledger_commodity) c
), gl AS MATERIALIZED (
    -- The GL account of each class: what the general ledger tells apart, as one key.
    SELECT g.kind || '/' || coalesce(g.scheme_id, 0) || '/' || coalesce(g.category, 0) AS class,
           g.legal_entity_id, g.in_force, {gl_account} AS text, {tax_code} AS tax_code,
           {gl_segment} AS segment
      FROM ledger_gl_in_force g
), account AS MATERIALIZED (
    SELECT a.id, c.unit, c.after_debit, c.before_credit, scheme.code AS scheme_code,
           coalesce(scheme.text, nowhere.text) AS scheme, nowhere.text AS empty,
           own.id AS own_entity_id, own.text AS own_entity, a.department_id,
           a.kind || '/' || coalesce(a.scheme_id, 0) || '/' || coalesce(a.category, 0) AS class,
           {account}
      FROM ledger_account a
     CROSS JOIN nowhere
      JOIN commodity c ON c.code = a.commodity_id
      LEFT JOIN scheme ON scheme.id = a.scheme_id
      LEFT JOIN entity own ON own.id = a.legal_entity_id
      LEFT JOIN entity other ON other.id = a.counterparty_id
     WHERE (%(account)s::text IS NULL OR a.code = %(account)s)
       AND (%(commodity)s::text IS NULL OR a.commodity_id = %(commodity)s)
       AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
), day AS (
    -- The days on which a department's place or default cost centre changes.
    SELECT department_id, lower(in_force) AS first_day FROM organisation_departmentplacement
     UNION SELECT department_id, upper(in_force) FROM organisation_departmentplacement
     UNION SELECT department_id, lower(in_force) FROM organisation_costcentre WHERE is_default
     UNION SELECT department_id, upper(in_force) FROM organisation_costcentre WHERE is_default
     UNION SELECT id, NULL FROM organisation_department
), stretch AS (
    SELECT department_id, daterange(first_day, lead(first_day) OVER (
               PARTITION BY department_id ORDER BY first_day NULLS FIRST)) AS in_force,
           coalesce(first_day, '-infinity') AS first_day
      FROM day
), department AS MATERIALIZED (
    SELECT d.id, {department} AS text FROM organisation_department d
), place AS MATERIALIZED (
    SELECT d.id, stretch.in_force, le.id AS legal_entity_id, d.text AS department,
           coalesce(le.text, nowhere.text) AS legal_entity, {cost_centre} AS cost_centre
      FROM stretch
     CROSS JOIN nowhere
      JOIN department d ON d.id = stretch.department_id
      LEFT JOIN organisation_departmentplacement p
        ON p.department_id = d.id AND p.in_force @> stretch.first_day
      LEFT JOIN entity le ON le.id = p.legal_entity_id
      LEFT JOIN organisation_costcentre cc
        ON cc.department_id = d.id AND cc.legal_entity_id = le.id AND cc.is_default
       AND cc.in_force @> stretch.first_day
), settlement AS MATERIALIZED (
    SELECT s.id, scheme.code, scheme.text AS scheme
      FROM ledger_settlement s JOIN scheme ON scheme.id = s.scheme_id
)
{converted}SELECT entry.body, entry.line_count
  FROM (SELECT id, text FROM period
         WHERE %(period)s::text IS NULL OR code = %(period)s ORDER BY days) p
 CROSS JOIN LATERAL (
    SELECT string_agg(line.body, '' ORDER BY line.id) AS body, count(*)::integer AS line_count
      FROM (SELECT l.id, l.entry_id, e.entry_date, {line} AS body
              FROM ledger_journalline l
              JOIN (SELECT e.id, e.entry_date, settlement.code AS scheme_code, settlement.scheme,
                           place.legal_entity_id, {department_id} AS department_id,
                           coalesce(place.legal_entity, nowhere.text) AS legal_entity,
                           coalesce(place.cost_centre, nowhere.text) AS cost_centre,
                           {entry}
                      FROM ledger_journalentry e
                     CROSS JOIN nowhere
                      LEFT JOIN period ap ON ap.id = e.activity_period_id
                      LEFT JOIN settlement ON settlement.id = e.settlement_id
                      LEFT JOIN place ON place.id = e.department_id AND place.in_force @> e.entry_date
                     WHERE e.period_id = p.id
                       AND (%(entry_id)s::bigint IS NULL OR e.id = %(entry_id)s)
                    OFFSET 0) e ON e.id = l.entry_id
              JOIN account a ON a.id = l.account_id
{books}              LEFT JOIN gl ON gl.class = a.class AND gl.legal_entity_id = {of_entity}
                          AND gl.in_force @> e.entry_date
             WHERE l.period_id = p.id AND l.id <= %(through_line_id)s
               AND (%(scheme)s::text IS NULL
                    OR coalesce(e.scheme_code, a.scheme_code) = %(scheme)s)
            OFFSET 0) line
     GROUP BY line.entry_date, line.entry_id
     ORDER BY line.entry_date, line.entry_id) entry
