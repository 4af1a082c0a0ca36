-- What an export holds of each commodity: lines, and both sides in whole units, as exact text.
SELECT c.code, t.line_count, (t.debit * c.unit)::text, (t.credit * c.unit)::text
  FROM (SELECT l.commodity_id, count(*) AS line_count, sum(l.debit) AS debit,
               sum(l.credit) AS credit
          FROM ledger_journalline l
          JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
          JOIN ledger_account a ON a.id = l.account_id
         WHERE l.id <= %(through_line_id)s
           AND (%(period)s::text IS NULL OR l.period_id = (
                SELECT id FROM ledger_accountingperiod WHERE code = %(period)s))
           AND (%(commodity)s::text IS NULL OR l.commodity_id = %(commodity)s)
           AND (%(scheme)s::text IS NULL OR %(scheme)s = (
                SELECT s.code FROM pricing_scheme s WHERE s.id = coalesce((
                       SELECT t.scheme_id FROM ledger_settlement t WHERE t.id = e.settlement_id),
                       a.scheme_id)))
         GROUP BY 1) t
  JOIN (SELECT code, round(power(10::numeric, -exponent), exponent) AS unit
          FROM ledger_commodity) c ON c.code = t.commodity_id
 ORDER BY 1
