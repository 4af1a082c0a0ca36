-- How many events each department has had so far in some activity periods, rate by rate. A record
-- counts once, however many results it has, unless all of them were taken back. Of the rates that
-- fit it, the one for the longest path counts, and one in the record's own unit before one without.
WITH rate AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(event_rates)s::jsonb) AS r(
        rate_id bigint, activity text, unit text, rate numeric, starts_on date, ends_before date)
), settled AS MATERIALIZED (
    SELECT l.activity_period_id, l.department_id, e.activity_record_id, e.activity_on
      FROM {records} l
      JOIN inventory_emissionrecord e ON e.id = l.emission_record_id
     WHERE l.settlement_id = ANY (%(settlements)s) AND l.activity_period_id = ANY (%(periods)s)
     GROUP BY 1, 2, 3, 4
    HAVING sum(l.sign) > 0
)
SELECT s.activity_period_id, s.department_id, rate.rate_id, rate.activity, rate.unit, rate.rate,
       sum(CASE rate.unit WHEN '' THEN 1 ELSE a.quantity END)
  FROM settled s
  JOIN inventory_activityrecord a ON a.id = s.activity_record_id
 CROSS JOIN LATERAL (
       SELECT r.* FROM rate r
        WHERE (a.activity = r.activity OR starts_with(a.activity, r.activity || '/'))
          AND r.unit IN ('', a.unit)
          AND s.activity_on >= r.starts_on
          AND (r.ends_before IS NULL OR s.activity_on < r.ends_before)
        ORDER BY length(r.activity) DESC, r.unit = '' LIMIT 1) rate
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 3
