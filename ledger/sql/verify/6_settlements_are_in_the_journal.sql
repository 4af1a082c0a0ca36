SELECT count(*) FROM ledger_settlement WHERE state = 'posted'
-- then
-- Account by account what the statement lines bill, beside what the journal holds, each line once.
WITH billed AS (
    SELECT l.settlement_id, l.department_id, l.activity_period_id,
           CASE l.durability_class WHEN '' THEN 'charge' ELSE 'incentive' END AS purpose,
           side.kind, side.commodity_id, side.scheme_id, side.account_department_id, side.scope,
           side.category, side.durability_class, coalesce(side.legal_entity_id, 0) AS legal_entity_id,
           coalesce(side.counterparty_id, 0) AS counterparty_id, sum(side.minor) AS minor
      FROM ledger_settlementline l
      JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
      JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
     CROSS JOIN LATERAL (VALUES
        ('emissions', 'KGCO2E', 0::bigint, l.department_id, coalesce(l.scope, 0),
         coalesce(l.category, 0), '', NULL::bigint, NULL::bigint,
         CASE WHEN scheme.keeps_atmosphere AND l.durability_class = '' THEN l.settled_mgco2e END),
        ('removals', 'KGCO2E', 0, l.department_id, 0, 0, l.durability_class, NULL, NULL,
         CASE WHEN scheme.keeps_atmosphere AND l.durability_class <> ''
              THEN -l.settled_mgco2e END),
        ('atmosphere', 'KGCO2E', 0, 0, 0, 0, '', NULL, NULL,
         CASE WHEN NOT scheme.keeps_atmosphere THEN NULL
              WHEN l.durability_class = '' THEN -l.settled_mgco2e ELSE l.settled_mgco2e END),
        ('fee_expense', scheme.currency, l.scheme_id, l.department_id, 0, 0, '',
         l.legal_entity_id, NULL,
         CASE WHEN scheme.mechanism <> 'showback' AND l.kind = 'charge' THEN l.amount_minor END),
        ('incentive_income', scheme.currency, l.scheme_id, l.department_id, 0, 0, '',
         l.legal_entity_id, NULL,
         CASE WHEN scheme.mechanism <> 'showback' AND l.kind = 'incentive' THEN -l.amount_minor END),
        ('levy_expense', scheme.currency, l.scheme_id, l.department_id, 0, 0, '',
         l.legal_entity_id, NULL,
         CASE WHEN scheme.mechanism <> 'showback' AND l.kind = 'levy' THEN l.amount_minor END),
        ('fee_return', scheme.currency, l.scheme_id, l.department_id, 0, 0, '',
         l.legal_entity_id, NULL,
         CASE WHEN scheme.mechanism <> 'showback' AND l.kind = 'allocation'
              THEN -l.amount_minor END),
        ('carbon_fund', scheme.currency, l.scheme_id, 0, 0, 0, '', scheme.fund_entity_id, NULL,
         CASE WHEN scheme.mechanism = 'showback' THEN NULL
              WHEN l.kind IN ('charge', 'levy') THEN -l.amount_minor
              WHEN l.kind IN ('incentive', 'allocation') THEN l.amount_minor END),
        ('due_to', scheme.currency, l.scheme_id, 0, 0, 0, '', l.legal_entity_id,
         scheme.fund_entity_id,
         CASE WHEN scheme.mechanism = 'showback' OR l.legal_entity_id = scheme.fund_entity_id THEN NULL
              WHEN l.legal_entity_id IS NULL THEN NULL
              WHEN l.kind IN ('charge', 'levy') THEN -l.amount_minor
              WHEN l.kind IN ('incentive', 'allocation') THEN l.amount_minor END),
        ('due_from', scheme.currency, l.scheme_id, 0, 0, 0, '', scheme.fund_entity_id,
         l.legal_entity_id,
         CASE WHEN scheme.mechanism = 'showback' OR l.legal_entity_id = scheme.fund_entity_id THEN NULL
              WHEN l.legal_entity_id IS NULL THEN NULL
              WHEN l.kind IN ('charge', 'levy') THEN l.amount_minor
              WHEN l.kind IN ('incentive', 'allocation') THEN -l.amount_minor END)
     ) AS side(kind, commodity_id, scheme_id, account_department_id, scope, category,
               durability_class, legal_entity_id, counterparty_id, minor)
     WHERE side.minor <> 0
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
    HAVING sum(side.minor) <> 0
), booked AS (
    SELECT e.settlement_id, coalesce(e.department_id, 0) AS department_id,
           coalesce(e.activity_period_id, 0) AS activity_period_id, e.purpose,
           coalesce(a.kind, 'no account') AS kind, j.commodity_id,
           coalesce(a.scheme_id, 0) AS scheme_id,
           coalesce(a.department_id, 0) AS account_department_id,
           coalesce(a.scope, 0) AS scope, coalesce(a.category, 0) AS category,
           coalesce(a.durability_class, '') AS durability_class,
           coalesce(a.legal_entity_id, 0) AS legal_entity_id,
           coalesce(a.counterparty_id, 0) AS counterparty_id,
           sum(j.debit - j.credit) AS minor, count(*) AS n
      FROM ledger_journalentry e
      JOIN ledger_journalline j ON j.entry_id = e.id AND j.period_id = e.period_id
      LEFT JOIN ledger_account a ON a.id = j.account_id
     WHERE e.settlement_id IS NOT NULL
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
), wrong AS (
    SELECT settlement_id, department_id, activity_period_id, kind,
           coalesce(b.minor, 0) AS billed, coalesce(k.minor, 0) AS booked,
           coalesce(k.n, 0) AS n
      FROM billed b
      FULL JOIN booked k
     USING (settlement_id, department_id, activity_period_id, purpose, kind, commodity_id,
            scheme_id, account_department_id, scope, category, durability_class,
            legal_entity_id, counterparty_id)
     WHERE coalesce(b.minor, 0) <> coalesce(k.minor, 0) OR k.n <> 1
)
SELECT format('settlement %s, department %s, activity of %s', w.settlement_id,
              coalesce(d.code, 'none'), coalesce(p.code, 'no period')),
       format('%s: billed %s minor units, booked %s in %s lines',
              w.kind, w.billed, w.booked, w.n)
  FROM wrong w
  LEFT JOIN organisation_department d ON d.id = w.department_id
  LEFT JOIN ledger_accountingperiod p ON p.id = w.activity_period_id
UNION ALL
SELECT 'entry ' || e.id,
       CASE WHEN e.settlement_id IS NULL THEN 'says it is a settlement''s, and names none'
            WHEN s.id IS NULL THEN format('there is no settlement %s', e.settlement_id)
            ELSE format('its source, department or periods are not those of settlement %s', s.id)
       END
  FROM ledger_journalentry e
  LEFT JOIN ledger_settlement s ON s.id = e.settlement_id
 WHERE CASE WHEN e.settlement_id IS NULL THEN e.source_type = 'settlement'
            ELSE s.id IS NULL OR e.source_type <> 'settlement' OR e.period_id <> s.period_id
                 OR e.source_id IS DISTINCT FROM
                    s.id || '/' || e.department_id || '/' || e.activity_period_id END
 ORDER BY 1
