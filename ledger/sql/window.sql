-- What a window of the journal holds: of each commodity both sides, then all of it with its hash.
WITH lines AS (
    SELECT l.id, l.entry_id, e.entry_date, a.code, l.commodity_id, c.exponent, l.debit, l.credit
      FROM ledger_journalline l
      JOIN ledger_journalentry e ON e.id = l.entry_id AND e.period_id = l.period_id
      JOIN ledger_account a ON a.id = l.account_id
      JOIN ledger_commodity c ON c.code = l.commodity_id
     WHERE l.id > %(after_line_id)s AND l.id <= %(through_line_id)s
       AND (%(period)s::text IS NULL OR l.period_id = (
            SELECT id FROM ledger_accountingperiod WHERE code = %(period)s))
       AND (%(account)s::text IS NULL OR a.code = %(account)s)
       AND (%(commodity)s::text IS NULL OR l.commodity_id = %(commodity)s)
       AND (%(scheme)s::text IS NULL OR %(scheme)s = (
            SELECT s.code FROM pricing_scheme s WHERE s.id = coalesce((
                   SELECT t.scheme_id FROM ledger_settlement t WHERE t.id = e.settlement_id),
                   a.scheme_id)))
       AND (%(department_ids)s::bigint[] IS NULL OR a.department_id = ANY (%(department_ids)s))
     LIMIT %(most)s
), texts AS (
    SELECT id, concat_ws(',', id, entry_id, entry_date, code, commodity_id,
                         round(debit * power(10::numeric, -exponent), exponent),
                         round(credit * power(10::numeric, -exponent), exponent)) || E'\n' AS line
      FROM lines
)
SELECT commodity_id, exponent, count(*), count(DISTINCT entry_id), sum(debit), sum(credit),
       min(id), max(id), NULL
  FROM lines
 GROUP BY commodity_id, exponent
UNION ALL
SELECT NULL, NULL, count(*), count(DISTINCT entry_id), NULL, NULL, min(id), max(id),
       (SELECT encode(sha256(convert_to(coalesce(string_agg(line, '' ORDER BY id), ''), 'UTF8')),
                      'hex')
          FROM texts)
  FROM lines
 ORDER BY 1 NULLS LAST
