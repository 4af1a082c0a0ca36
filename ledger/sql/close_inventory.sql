-- What a period's settlements should have booked, recomputed from emission records and from the
-- rules that the settlements keep, beside what they booked. Statement lines are not read.
--
-- A record is settled by the first posted settlement of the scheme that reaches its day and its
-- approval number, and taken back by the first that reaches its successor's number. An amount is
-- round(tonnes so far × price), so what a period adds is that sum after it, less the one before it.
WITH posted AS MATERIALIZED (
    SELECT s.id, s.scheme_id, s.period_id, s.rules, s.approval_number_after AS after,
           s.approval_number_through AS through, s.settled_until, upper(p.days) AS ends_before,
           row_number() OVER (PARTITION BY s.scheme_id ORDER BY upper(p.days), s.revision) AS place
      FROM ledger_settlement s
      JOIN ledger_accountingperiod p ON p.id = s.period_id
     WHERE s.state = 'posted'
), own AS MATERIALIZED (
    SELECT s.id AS scheme_id, s.code, s.currency, s.mechanism, s.scope2_basis, s.keeps_atmosphere,
           s.starts_on, min(p.place) AS first, max(p.place) AS last, min(p.after) AS after,
           max(p.through) AS through, coalesce(min(p.settled_until), s.starts_on) AS settled_until,
           max(p.ends_before) AS ends_before
      FROM posted p
      JOIN pricing_scheme s ON s.id = p.scheme_id
     WHERE p.period_id = %(period_id)s
     GROUP BY s.id
), moved AS (  -- the days and departments where this period can have added anything
    SELECT own.scheme_id, c.department_id, c.activity_on
      FROM own
      JOIN inventory_chargeable c
        ON c.approval_number <= own.through
       AND c.activity_on >= own.starts_on AND c.activity_on < own.ends_before
       AND (c.activity_on >= own.settled_until OR c.approval_number > own.after)
    UNION
    SELECT own.scheme_id, c.department_id, c.activity_on
      FROM own
      JOIN inventory_superseded c
        ON c.superseded_at_number > own.after AND c.superseded_at_number <= own.through
       AND c.activity_on >= own.starts_on AND c.activity_on < own.ends_before
), touched AS MATERIALIZED (
    SELECT DISTINCT m.scheme_id, m.department_id, p.id AS activity_period_id,
           lower(p.days) AS starts_on, upper(p.days) AS ends_before
      FROM moved m
      JOIN ledger_accountingperiod p ON p.days @> m.activity_on
), record AS MATERIALIZED (
    SELECT t.scheme_id, t.department_id, t.activity_period_id, c.activity_on, c.country,
           c.kind AS record_kind, c.scope, c.category, c.durability_class,
           CASE own.scope2_basis WHEN 'market' THEN c.market_kgco2e ELSE c.location_kgco2e END
               * 1000000 AS mg,
           given.id AS settlement_id,
           given.place < own.first AS given_before, taken.place < own.first AS taken_before,
           taken.place <= own.last AS taken_after
      FROM touched t
      JOIN own ON own.scheme_id = t.scheme_id
      JOIN inventory_chargeable c
        ON c.department_id = t.department_id AND c.activity_on >= own.starts_on
       AND c.activity_on >= t.starts_on AND c.activity_on < t.ends_before
     CROSS JOIN LATERAL (
           SELECT p.id, p.place, p.through FROM posted p
            WHERE p.scheme_id = t.scheme_id AND p.place <= own.last
              AND p.through >= c.approval_number AND p.ends_before > c.activity_on
            ORDER BY p.place LIMIT 1) given
      LEFT JOIN LATERAL (
           SELECT p.place FROM posted p
            WHERE p.scheme_id = t.scheme_id AND p.through >= c.superseded_at_number
            ORDER BY p.place LIMIT 1) taken ON true
     WHERE c.superseded_at_number IS NULL OR c.superseded_at_number > given.through
), rules AS MATERIALIZED (
    SELECT id, rules FROM posted WHERE id IN (SELECT settlement_id FROM record)
), price_rule AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.price_id, r.price_per_tonne, r.scope, r.category, r.country,
           r.starts_on, r.ends_before, r.rank, coalesce(r.department_id, 0) AS department_id
      FROM rules s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'price_rules') AS r(
           price_id bigint, price_per_tonne numeric, department_id bigint, scope int, category int,
           country text, starts_on date, ends_before date, rank int)
), coverage AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.*
      FROM rules s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'coverage') AS r(
           scope int, category int, starts_on date, ends_before date)
), rate_rule AS MATERIALIZED (
    SELECT s.id AS settlement_id, r.*
      FROM rules s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'incentive_rules') AS r(
           rate_id bigint, rate_per_tonne numeric, durability_class text,
           starts_on date, ends_before date)
), combination AS MATERIALIZED (
    SELECT row_number() OVER () AS id, c.*
      FROM (SELECT DISTINCT settlement_id, department_id, activity_on, country, record_kind, scope,
                   category, durability_class FROM record) c
), price AS (
    SELECT DISTINCT ON (c.id) c.id, r.price_id, r.price_per_tonne
      FROM combination c
     CROSS JOIN LATERAL (VALUES (c.department_id), (0::bigint)) AS of_or_all(department_id)
      JOIN price_rule r
        ON r.settlement_id = c.settlement_id AND r.department_id = of_or_all.department_id
       AND (r.scope IS NULL OR r.scope = c.scope)
       AND (r.category IS NULL OR r.category = c.category)
       AND (r.country = '' OR r.country = c.country)
       AND c.activity_on >= r.starts_on
       AND (r.ends_before IS NULL OR c.activity_on < r.ends_before)
     WHERE c.record_kind = 'emission' AND EXISTS (
           SELECT FROM coverage v
            WHERE v.settlement_id = c.settlement_id AND v.scope = c.scope
              AND (v.category IS NULL OR v.category = c.category)
              AND c.activity_on >= v.starts_on
              AND (v.ends_before IS NULL OR c.activity_on < v.ends_before))
     ORDER BY c.id, r.rank
), priced AS (
    SELECT c.*, price.price_id, rate.rate_id,
           coalesce(price.price_per_tonne, rate.rate_per_tonne) AS price_per_tonne
      FROM combination c
      LEFT JOIN price USING (id)
      LEFT JOIN rate_rule rate
        ON c.record_kind = 'removal' AND rate.settlement_id = c.settlement_id
       AND rate.durability_class = c.durability_class AND c.activity_on >= rate.starts_on
       AND (rate.ends_before IS NULL OR c.activity_on < rate.ends_before)
), line AS (  -- by the key of a statement line: its tonnes before this period and after it
    SELECT r.scheme_id, r.department_id, r.record_kind, p.price_id, p.rate_id, p.price_per_tonne,
           sum(CASE WHEN r.taken_after THEN 0 ELSE r.mg END) AS after_mg,
           sum(CASE WHEN r.given_before AND r.taken_before IS NOT TRUE THEN r.mg ELSE 0 END)
               AS before_mg
      FROM record r
      JOIN priced p
        ON p.settlement_id = r.settlement_id AND p.department_id = r.department_id
       AND p.activity_on = r.activity_on AND p.country = r.country
       AND p.record_kind = r.record_kind AND coalesce(p.scope, 0) = coalesce(r.scope, 0)
       AND coalesce(p.category, 0) = coalesce(r.category, 0)
       AND p.durability_class = r.durability_class
     GROUP BY r.scheme_id, r.department_id, r.activity_period_id, r.record_kind, r.scope,
              r.category, r.durability_class, p.price_id, p.rate_id, p.price_per_tonne
), expected AS (
    SELECT l.scheme_id, l.department_id,
           sum(CASE WHEN own.keeps_atmosphere AND l.record_kind = 'emission'
                    THEN l.after_mg - l.before_mg ELSE 0 END) AS emitted,
           sum(CASE WHEN own.keeps_atmosphere AND l.record_kind = 'removal'
                    THEN l.after_mg - l.before_mg ELSE 0 END) AS removed,
           sum(CASE WHEN own.mechanism = 'fee' AND l.price_id IS NOT NULL
                    THEN amount.added ELSE 0 END) AS charged,
           sum(CASE WHEN own.mechanism = 'fee' AND l.rate_id IS NOT NULL
                    THEN amount.added ELSE 0 END) AS earned
      FROM line l
      JOIN own ON own.scheme_id = l.scheme_id
      JOIN ledger_commodity c ON c.code = own.currency
     -- milligrams × price per tonne → minor units: ÷ 10^9 mg a tonne, × 10^exponent
     CROSS JOIN LATERAL (SELECT
           round(l.after_mg * l.price_per_tonne * power(10::numeric, c.exponent) * 0.000000001)
         - round(l.before_mg * l.price_per_tonne * power(10::numeric, c.exponent) * 0.000000001)
           ) AS amount(added)
     GROUP BY 1, 2
), booked AS (
    SELECT s.scheme_id, a.department_id,
           sum(CASE a.kind WHEN 'emissions' THEN l.debit - l.credit ELSE 0 END) AS emitted,
           sum(CASE a.kind WHEN 'removals' THEN l.credit - l.debit ELSE 0 END) AS removed,
           sum(CASE a.kind WHEN 'fee_expense' THEN l.debit - l.credit ELSE 0 END) AS charged,
           sum(CASE a.kind WHEN 'incentive_income' THEN l.credit - l.debit ELSE 0 END) AS earned
      FROM ledger_journalentry e
      JOIN ledger_settlement s ON s.id = e.settlement_id
      JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE e.period_id = %(period_id)s
       AND a.kind IN ('emissions', 'removals', 'fee_expense', 'incentive_income')
     GROUP BY 1, 2
), both_sides AS (
    SELECT scheme_id, d.code AS department,
           coalesce(x.emitted, 0) AS emitted, coalesce(b.emitted, 0) AS emitted_booked,
           coalesce(x.removed, 0) AS removed, coalesce(b.removed, 0) AS removed_booked,
           coalesce(x.charged, 0) AS charged, coalesce(b.charged, 0) AS charged_booked,
           coalesce(x.earned, 0) AS earned, coalesce(b.earned, 0) AS earned_booked
      FROM expected x
      FULL JOIN booked b USING (scheme_id, department_id)
      LEFT JOIN organisation_department d ON d.id = department_id
)
SELECT s.code, s.currency, c.exponent,
       coalesce(sum(emitted), 0), coalesce(sum(emitted_booked), 0),
       coalesce(sum(removed), 0), coalesce(sum(removed_booked), 0),
       coalesce(sum(charged), 0), coalesce(sum(charged_booked), 0),
       coalesce(sum(earned), 0), coalesce(sum(earned_booked), 0),
       coalesce(array_agg(b.department ORDER BY b.department) FILTER (
           WHERE (emitted, removed, charged, earned)
              <> (emitted_booked, removed_booked, charged_booked, earned_booked)), '{}')
  FROM (SELECT scheme_id FROM own UNION SELECT scheme_id FROM booked) AS there
  JOIN pricing_scheme s ON s.id = there.scheme_id
  JOIN ledger_commodity c ON c.code = s.currency
  LEFT JOIN both_sides b ON b.scheme_id = there.scheme_id
 GROUP BY s.code, s.currency, c.exponent
 ORDER BY s.code
