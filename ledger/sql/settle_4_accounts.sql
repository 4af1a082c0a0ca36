-- The accounts that the lines will be booked on, opened where they are missing. Their codes follow
-- the chart's patterns.
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
SELECT wanted.*, d.code AS department_code
  FROM (SELECT DISTINCT k.department_id, side.kind, side.commodity_id, side.scheme_id, side.scope,
               side.category, side.durability_class, side.legal_entity_id
          FROM keyed k
         CROSS JOIN LATERAL (VALUES
            ('emissions', 'KGCO2E', NULL::bigint, k.scope, k.category, '', NULL::bigint,
             %(keeps_atmosphere)s AND k.durability_class = ''),
            ('removals', 'KGCO2E', NULL, NULL, NULL, k.durability_class, NULL,
             %(keeps_atmosphere)s AND k.durability_class <> ''),
            ('fee_expense', %(currency)s, %(scheme_id)s, NULL, NULL, '', k.legal_entity_id,
             'charge' = k.kind AND 'charge' = ANY (%(moves_money)s)),
            ('incentive_income', %(currency)s, %(scheme_id)s, NULL, NULL, '', k.legal_entity_id,
             'incentive' = k.kind AND 'incentive' = ANY (%(moves_money)s))
         ) AS side(kind, commodity_id, scheme_id, scope, category, durability_class,
                   legal_entity_id, is_used)
         WHERE side.is_used) wanted
  JOIN organisation_department d ON d.id = wanted.department_id;
ANALYZE place;
INSERT INTO ledger_account (code, kind, commodity_id, scheme_id, department_id, scope, category,
                            durability_class, legal_entity_id)
SELECT replace(replace(replace(replace(replace(%(chart)s::jsonb ->> w.kind,
               '{{department}}', w.department_code),
               '{{scheme}}', %(scheme_code)s),
               '{{source}}', 'Scope-' || coalesce(w.scope, 0)
                             || coalesce(':Category-' || w.category, '')),
               '{{durability}}', initcap(w.durability_class)),
               '{{books}}', coalesce(%(books)s::jsonb ->> w.legal_entity_id::text, '')) AS code,
       w.kind, w.commodity_id, w.scheme_id, w.department_id, w.scope, w.category,
       w.durability_class, w.legal_entity_id
  FROM place w
 WHERE NOT EXISTS (
       SELECT FROM ledger_account a
        WHERE a.department_id = w.department_id AND a.kind = w.kind
          AND a.commodity_id = w.commodity_id AND a.durability_class = w.durability_class
          AND coalesce(a.scheme_id, 0) = coalesce(w.scheme_id, 0)
          AND coalesce(a.scope, 0) = coalesce(w.scope, 0)
          AND coalesce(a.category, 0) = coalesce(w.category, 0)
          AND coalesce(a.legal_entity_id, 0) = coalesce(w.legal_entity_id, 0))
 ORDER BY 1
    ON CONFLICT DO NOTHING
