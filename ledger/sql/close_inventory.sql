-- What a period's settlements of one scheme should have booked, recomputed from emission records and
-- from the rules that the settlements keep, beside what they booked. Statement lines are not read.
--
-- A record is settled by the first posted settlement of the scheme that reaches its day and its
-- approval number, and taken back by the first that reaches its successor's number. An amount is
-- round(tonnes so far × price), so what a period adds is that sum after it, less the one before it.
--
-- Records are added up before they are priced, by everything that can make a difference: between two
-- cuts no period and no rule begins or ends, and between two numbers that settlements went through
-- (`throughs`) an approval has the same answer in each of them.
WITH posted AS MATERIALIZED (
    SELECT s.id, s.period_id, s.rules, upper(p.days) AS ends_before,
           array_position(%(throughs)s::bigint[], s.approval_number_through) AS reach,
           row_number() OVER (ORDER BY upper(p.days), s.revision) AS place
      FROM ledger_settlement s
      JOIN ledger_accountingperiod p ON p.id = s.period_id
     WHERE s.state = 'posted' AND s.scheme_id = %(scheme_id)s
), own AS MATERIALIZED (
    SELECT min(place) AS first, max(place) AS last FROM posted WHERE period_id = %(period_id)s
), late AS MATERIALIZED (  -- departments whose earlier days were settled again, and from when on
    SELECT m.department_id, p.days
      FROM (SELECT department_id, activity_on FROM inventory_chargeable
             WHERE approval_number > %(after)s AND approval_number <= %(through)s
               AND activity_on >= %(starts_on)s AND activity_on < %(settled_until)s
             UNION
            SELECT department_id, activity_on FROM inventory_superseded
             WHERE superseded_at_number > %(after)s AND superseded_at_number <= %(through)s
               AND activity_on >= %(starts_on)s AND activity_on < %(settled_until)s) m
      JOIN ledger_accountingperiod p ON p.days @> m.activity_on
     GROUP BY 1, 2
), record AS (
    SELECT * FROM inventory_chargeable
     WHERE activity_on >= %(settled_until)s AND activity_on < %(ends_before)s
    UNION ALL
    SELECT c.*
      FROM late
     CROSS JOIN LATERAL (
           SELECT * FROM inventory_chargeable
            WHERE department_id = late.department_id AND activity_on >= lower(late.days)
              AND activity_on < upper(late.days) AND activity_on >= %(starts_on)s
              AND activity_on < %(settled_until)s OFFSET 0) c
), cut AS MATERIALIZED (
    SELECT array_agg(day ORDER BY day) AS days
      FROM (SELECT lower(days) AS day FROM ledger_accountingperiod
             UNION SELECT upper(days) FROM ledger_accountingperiod
             UNION SELECT (jsonb_path_query(rules, '$.*[*].starts_on') #>> '{{}}')::date FROM posted
             UNION SELECT (jsonb_path_query(rules, '$.*[*].ends_before') #>> '{{}}')::date FROM posted) d
     WHERE day IS NOT NULL
), gathered AS MATERIALIZED (
    SELECT r.department_id, width_bucket(r.activity_on, cut.days) AS segment,
           width_bucket(r.approval_number - 1, %(throughs)s::bigint[]) AS approved,
           width_bucket(r.superseded_at_number - 1, %(throughs)s::bigint[]) AS superseded,
           r.country, r.kind AS record_kind, r.scope, r.category, r.durability_class,
           sum(r.{basis}_kgco2e) * 1000000 AS mg
      FROM record r, cut
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), segment AS MATERIALIZED (
    SELECT s.number, s.day, p.id AS activity_period_id
      FROM cut
     CROSS JOIN LATERAL unnest(cut.days) WITH ORDINALITY AS s(day, number)
      JOIN ledger_accountingperiod p ON p.days @> s.day
), situation AS MATERIALIZED (  -- which settlement took such a record in, and which took it back
    SELECT n.segment, n.approved, n.superseded, s.day, s.activity_period_id, given.id AS settlement_id,
           given.place < own.first AS given_before, taken.place < own.first AS taken_before,
           taken.place <= own.last AS taken_after
      FROM (SELECT DISTINCT segment, approved, superseded FROM gathered) n
      JOIN segment s ON s.number = n.segment
     CROSS JOIN own
     CROSS JOIN LATERAL (
           SELECT p.id, p.place, p.reach FROM posted p
            WHERE p.place <= own.last AND p.reach > n.approved AND p.ends_before > s.day
            ORDER BY p.place LIMIT 1) given
      LEFT JOIN LATERAL (
           SELECT p.place FROM posted p WHERE p.reach > n.superseded
            ORDER BY p.place LIMIT 1) taken ON true
     WHERE n.superseded IS NULL OR n.superseded >= given.reach
), rules AS MATERIALIZED (
    SELECT id, rules FROM posted WHERE id IN (SELECT settlement_id FROM situation)
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
), entity_rule AS MATERIALIZED (  -- departments in other books than the fund's
    SELECT s.id AS settlement_id, r.*
      FROM rules s
     CROSS JOIN LATERAL jsonb_to_recordset(s.rules -> 'entity_rules') AS r(
           department_id bigint, legal_entity_id bigint, starts_on date, ends_before date)
), priced_apart AS MATERIALIZED (  -- departments with prices of their own
    SELECT DISTINCT department_id FROM price_rule WHERE department_id <> 0
), keyed AS MATERIALIZED (
    SELECT s.settlement_id, s.day, s.activity_period_id, g.department_id,
           coalesce(a.department_id, 0) AS price_department_id, g.country, g.record_kind, g.scope,
           g.category, g.durability_class, books.legal_entity_id,
           CASE WHEN s.taken_after THEN 0 ELSE g.mg END AS after_mg,
           CASE WHEN s.given_before AND s.taken_before IS NOT TRUE THEN g.mg ELSE 0 END AS before_mg
      FROM gathered g
      JOIN situation s ON s.segment = g.segment AND s.approved = g.approved
                      AND coalesce(s.superseded, -1) = coalesce(g.superseded, -1)
      LEFT JOIN priced_apart a ON a.department_id = g.department_id
      LEFT JOIN entity_rule books
        ON books.settlement_id = s.settlement_id AND books.department_id = g.department_id
       AND (books.starts_on IS NULL OR s.day >= books.starts_on)
       AND (books.ends_before IS NULL OR s.day < books.ends_before)
), priced AS MATERIALIZED (
    SELECT c.*, price.price_id, rate.rate_id,
           coalesce(price.price_per_tonne, rate.rate_per_tonne) AS price_per_tonne
      FROM (SELECT DISTINCT settlement_id, day, price_department_id, country, record_kind, scope,
                   category, durability_class FROM keyed) c
      LEFT JOIN LATERAL (
           SELECT r.price_id, r.price_per_tonne FROM price_rule r
            WHERE c.record_kind = 'emission' AND r.settlement_id = c.settlement_id
              AND r.department_id IN (0, c.price_department_id)
              AND (r.scope IS NULL OR r.scope = c.scope)
              AND (r.category IS NULL OR r.category = c.category)
              AND (r.country = '' OR r.country = c.country)
              AND c.day >= r.starts_on AND (r.ends_before IS NULL OR c.day < r.ends_before)
              AND EXISTS (
                  SELECT FROM coverage v
                   WHERE v.settlement_id = c.settlement_id AND v.scope = c.scope
                     AND (v.category IS NULL OR v.category = c.category)
                     AND c.day >= v.starts_on AND (v.ends_before IS NULL OR c.day < v.ends_before))
            ORDER BY r.rank LIMIT 1) price ON true
      LEFT JOIN rate_rule rate
        ON c.record_kind = 'removal' AND rate.settlement_id = c.settlement_id
       AND rate.durability_class = c.durability_class AND c.day >= rate.starts_on
       AND (rate.ends_before IS NULL OR c.day < rate.ends_before)
), line AS (  -- by the key of a statement line: its tonnes before this period and after it
    SELECT k.department_id, k.record_kind, p.price_id, p.rate_id, p.price_per_tonne,
           sum(k.after_mg) AS after_mg, sum(k.before_mg) AS before_mg
      FROM keyed k
      JOIN priced p
        ON p.settlement_id = k.settlement_id AND p.day = k.day
       AND p.price_department_id = k.price_department_id AND p.country = k.country
       AND p.record_kind = k.record_kind AND coalesce(p.scope, 0) = coalesce(k.scope, 0)
       AND coalesce(p.category, 0) = coalesce(k.category, 0)
       AND p.durability_class = k.durability_class
     GROUP BY k.department_id, k.activity_period_id, k.record_kind, k.scope, k.category,
              k.durability_class, p.price_id, p.rate_id, p.price_per_tonne, k.legal_entity_id
), expected AS (
    SELECT l.department_id,
           sum(CASE WHEN %(keeps_atmosphere)s AND l.record_kind = 'emission'
                    THEN l.after_mg - l.before_mg ELSE 0 END) AS emitted,
           sum(CASE WHEN %(keeps_atmosphere)s AND l.record_kind = 'removal'
                    THEN l.after_mg - l.before_mg ELSE 0 END) AS removed,
           sum(CASE WHEN %(mechanism)s <> 'showback' AND l.price_id IS NOT NULL
                    THEN amount.added ELSE 0 END) AS charged,
           sum(CASE WHEN %(mechanism)s <> 'showback' AND l.rate_id IS NOT NULL
                    THEN amount.added ELSE 0 END) AS earned
      FROM line l
     CROSS JOIN LATERAL (SELECT
           round(l.after_mg * l.price_per_tonne * %(minor_units_per_mg)s::numeric)
         - round(l.before_mg * l.price_per_tonne * %(minor_units_per_mg)s::numeric)) AS amount(added)
     GROUP BY 1
), booked AS (
    SELECT a.department_id,
           sum(CASE a.kind WHEN 'emissions' THEN l.debit - l.credit ELSE 0 END) AS emitted,
           sum(CASE a.kind WHEN 'removals' THEN l.credit - l.debit ELSE 0 END) AS removed,
           sum(CASE a.kind WHEN 'fee_expense' THEN l.debit - l.credit ELSE 0 END) AS charged,
           sum(CASE a.kind WHEN 'incentive_income' THEN l.credit - l.debit ELSE 0 END) AS earned
      FROM ledger_journalentry e
      JOIN ledger_settlement s ON s.id = e.settlement_id AND s.scheme_id = %(scheme_id)s
      JOIN ledger_journalline l ON l.entry_id = e.id AND l.period_id = e.period_id
      JOIN ledger_account a ON a.id = l.account_id
     WHERE e.period_id = %(period_id)s
       AND a.kind IN ('emissions', 'removals', 'fee_expense', 'incentive_income')
     GROUP BY 1
), both_sides AS (
    SELECT d.code AS department,
           coalesce(x.emitted, 0) AS emitted, coalesce(b.emitted, 0) AS emitted_booked,
           coalesce(x.removed, 0) AS removed, coalesce(b.removed, 0) AS removed_booked,
           coalesce(x.charged, 0) AS charged, coalesce(b.charged, 0) AS charged_booked,
           coalesce(x.earned, 0) AS earned, coalesce(b.earned, 0) AS earned_booked
      FROM expected x
      FULL JOIN booked b USING (department_id)
      LEFT JOIN organisation_department d ON d.id = department_id
)
SELECT coalesce(sum(emitted), 0), coalesce(sum(emitted_booked), 0),
       coalesce(sum(removed), 0), coalesce(sum(removed_booked), 0),
       coalesce(sum(charged), 0), coalesce(sum(charged_booked), 0),
       coalesce(sum(earned), 0), coalesce(sum(earned_booked), 0),
       coalesce(array_agg(department ORDER BY department) FILTER (
           WHERE (emitted, removed, charged, earned)
              <> (emitted_booked, removed_booked, charged_booked, earned_booked)), '{{}}')
  FROM both_sides
