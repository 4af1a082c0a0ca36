-- Count and SHA-256 of the inputs, sorted, and how many of them lie in no accounting period.
SELECT count(*),
       encode(sha256(convert_to(coalesce(
           string_agg(i.record_id || ':' || i.sign, E'\n' ORDER BY i.record_id, i.sign), ''),
           'UTF8')), 'hex'),
       count(*) FILTER (WHERE p.id IS NULL),
       min(i.activity_on) FILTER (WHERE p.id IS NULL),
       max(i.activity_on) FILTER (WHERE p.id IS NULL)
  FROM ({inputs}) i
  LEFT JOIN ledger_accountingperiod p ON p.days @> i.activity_on
