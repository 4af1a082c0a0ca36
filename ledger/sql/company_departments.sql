-- What each department owes and earned in a period of a scheme, in the order that was asked for, those
-- without a bill last; before them the sums of all that may be seen.
WITH billed AS (
    SELECT t.department_id, sum(t.emitted_mgco2e) AS emitted,
           sum(t.charged_minor + t.true_up_minor) AS charged, sum(t.earned_minor) AS earned
      FROM ledger_settlement s
      JOIN ledger_departmenttotal t ON t.settlement_id = s.id
     WHERE s.scheme_id = %(scheme_id)s AND s.state = 'posted'
       AND s.period_id = (SELECT id FROM ledger_accountingperiod WHERE code = %(period)s)
     GROUP BY 1
), seen AS MATERIALIZED (
    SELECT d.code, d.name, b.department_id IS NULL AS has_none, coalesce(b.emitted, 0) AS emitted,
           coalesce(b.charged, 0) AS charged, coalesce(b.earned, 0) AS earned,
           coalesce(CASE %(sort)s WHEN 'tonnes' THEN -b.emitted WHEN 'charged' THEN -b.charged
                                  WHEN 'earned' THEN -b.earned WHEN 'net' THEN b.earned - b.charged END,
                    0) AS rank
      FROM organisation_department d
      LEFT JOIN billed b ON b.department_id = d.id
     WHERE %(department_ids)s::bigint[] IS NULL OR d.id = ANY (%(department_ids)s::bigint[])
)
SELECT '', count(*)::text, false, sum(emitted), sum(charged), sum(earned) FROM seen
UNION ALL
(SELECT code, name, NOT has_none, emitted, charged, earned
   FROM seen
  WHERE %(after)s = ''
     OR (has_none, rank, code) > (SELECT has_none, rank, code FROM seen WHERE code = %(after)s)
  ORDER BY has_none, rank, code
  LIMIT %(how_many)s)
