-- What the statements of all departments add up to, beside what the company's own accounts, its
-- funds and the atmosphere, took from the same settlements. Fees and emissions count above zero.
WITH posted AS MATERIALIZED (
    SELECT s.id, s.scheme_id, scheme.currency, scheme.mechanism, scheme.keeps_atmosphere
      FROM ledger_settlement s
      JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
     WHERE s.period_id = %(period_id)s AND s.state = 'posted'
), statement AS (
    SELECT l.scheme_id, l.department_id, p.currency, p.mechanism, p.keeps_atmosphere,
           sum(CASE WHEN l.kind IN ('charge', 'levy') THEN l.amount_minor
                    WHEN l.kind IN ('incentive', 'allocation') THEN -l.amount_minor END)
               AS net_minor,
           sum(CASE l.durability_class WHEN '' THEN l.settled_mgco2e
                                       ELSE -l.settled_mgco2e END) AS net_mg
      FROM posted p
      JOIN ledger_settlementline l ON l.settlement_id = p.id
     GROUP BY 1, 2, 3, 4, 5
), departments AS (
    SELECT currency AS commodity_id, count(*) AS statements, sum(coalesce(net_minor, 0)) AS minor
      FROM statement WHERE mechanism <> 'showback' GROUP BY 1
    UNION ALL
    SELECT 'KGCO2E', count(*), sum(net_mg) FROM statement WHERE keeps_atmosphere
    HAVING count(*) > 0
), company AS (
    SELECT l.commodity_id, sum(l.credit::numeric - l.debit) AS minor
      FROM ledger_journalentry e
      JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE e.period_id = %(period_id)s AND e.settlement_id IS NOT NULL
       AND a.kind IN ('carbon_fund', 'atmosphere')
     GROUP BY 1
)
SELECT commodity_id, c.exponent, coalesce(d.statements, 0), coalesce(d.minor, 0),
       coalesce(k.minor, 0)
  FROM departments d
  FULL JOIN company k USING (commodity_id)
  JOIN ledger_commodity c ON c.code = commodity_id
 ORDER BY commodity_id DESC
