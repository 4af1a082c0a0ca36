-- The schemes that a period's settlements or entries are of, and how far its settlements reached.
SELECT s.id, s.code, s.currency, c.exponent, s.scope2_basis, s.mechanism, s.keeps_atmosphere,
       s.starts_on,
       coalesce(min(p.approval_number_after), 0), coalesce(max(p.approval_number_through), 0),
       greatest(min(p.settled_until), s.starts_on),  -- an empty settlement may end before
       coalesce(max(upper(period.days)), s.starts_on),
       coalesce((SELECT array_agg(DISTINCT h.approval_number_through ORDER BY h.approval_number_through)
                   FROM ledger_settlement h
                  WHERE h.scheme_id = s.id AND h.state = 'posted'), '{}')
  FROM (SELECT scheme_id FROM ledger_settlement WHERE period_id = %(period_id)s AND state = 'posted'
         UNION
        SELECT scheme_id FROM ledger_settlement WHERE id IN (
            SELECT settlement_id FROM ledger_journalentry WHERE period_id = %(period_id)s)) there
  JOIN pricing_scheme s ON s.id = there.scheme_id
  JOIN ledger_commodity c ON c.code = s.currency
  LEFT JOIN ledger_settlement p
    ON p.scheme_id = s.id AND p.period_id = %(period_id)s AND p.state = 'posted'
  LEFT JOIN ledger_accountingperiod period ON period.id = p.period_id
 GROUP BY s.id, c.exponent
 ORDER BY s.code
