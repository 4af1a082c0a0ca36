SELECT count(*) FROM ledger_settlement WHERE state = 'posted'
-- then
WITH billed AS (
    SELECT l.settlement_id, l.department_id, l.activity_period_id,
           sum(l.amount_minor) FILTER (WHERE l.kind = 'charge') AS charged,
           sum(l.amount_minor) FILTER (WHERE l.kind = 'incentive') AS earned,
           sum(l.settled_mgco2e) FILTER (WHERE l.durability_class = '') AS emitted,
           sum(l.settled_mgco2e) FILTER (WHERE l.durability_class <> '') AS removed
      FROM ledger_settlementline l
      JOIN ledger_settlement s ON s.id = l.settlement_id AND s.state = 'posted'
     GROUP BY 1, 2, 3
), booked AS (
    SELECT e.settlement_id, e.department_id, e.activity_period_id,
           sum(j.debit - j.credit) FILTER (WHERE a.kind = 'fee_expense') AS charged,
           sum(j.credit - j.debit) FILTER (WHERE a.kind = 'incentive_income') AS earned,
           sum(j.debit - j.credit) FILTER (WHERE a.kind = 'emissions') AS emitted,
           sum(j.credit - j.debit) FILTER (WHERE a.kind = 'removals') AS removed
      FROM ledger_journalentry e
      JOIN ledger_journalline j ON j.entry_id = e.id
      JOIN ledger_account a ON a.id = j.account_id
     WHERE e.settlement_id IS NOT NULL
     GROUP BY 1, 2, 3
)
SELECT format('settlement %s, department %s, activity of %s',
              coalesce(b.settlement_id, k.settlement_id), d.code, p.code),
       format('billed %s, earned %s, %s mg emitted, %s mg removed; booked %s, %s, %s, %s',
              coalesce(b.charged, 0), coalesce(b.earned, 0), coalesce(b.emitted, 0),
              coalesce(b.removed, 0), coalesce(k.charged, 0), coalesce(k.earned, 0),
              coalesce(k.emitted, 0), coalesce(k.removed, 0))
  FROM billed b
  FULL JOIN booked k ON k.settlement_id = b.settlement_id AND k.department_id = b.department_id
                    AND k.activity_period_id = b.activity_period_id
  JOIN organisation_department d ON d.id = coalesce(b.department_id, k.department_id)
  JOIN ledger_accountingperiod p ON p.id = coalesce(b.activity_period_id, k.activity_period_id)
  JOIN ledger_settlement s ON s.id = coalesce(b.settlement_id, k.settlement_id)
  JOIN pricing_scheme scheme ON scheme.id = s.scheme_id
 WHERE (scheme.mechanism <> 'showback'
        AND (coalesce(b.charged, 0), coalesce(b.earned, 0))
            <> (coalesce(k.charged, 0), coalesce(k.earned, 0)))
    OR (scheme.keeps_atmosphere
        AND (coalesce(b.emitted, 0), coalesce(b.removed, 0))
            <> (coalesce(k.emitted, 0), coalesce(k.removed, 0)))
 ORDER BY 1
