-- Of each department and month: what is recorded, and the series that were recorded in each of the
-- three months before and have no day in this one.
WITH month AS (
    SELECT first_day::date, (first_day + interval '1 month - 1 day')::date AS last_day
      FROM generate_series(%(from)s::date, %(to)s::date, interval '1 month') AS first_day
), record AS (
    SELECT a.department_id, a.activity, a.place, a.started_on, a.ended_on, a.is_estimated, a.state,
           a.doubts IS NOT NULL AS is_doubtful
      FROM inventory_activityrecord a
     WHERE (%(departments)s::bigint[] IS NULL OR a.department_id = ANY (%(departments)s))
       AND a.ended_on >= %(from)s::date - interval '3 months'
       AND a.started_on <= %(to)s::date + interval '1 month - 1 day'
       AND a.state <> 'returned'
       AND NOT EXISTS (SELECT FROM inventory_activityrecord n
                        WHERE n.supersedes_id = a.id AND n.state = 'approved')
), covered AS (
    SELECT DISTINCT r.department_id, r.activity, r.place, day::date AS first_day
      FROM record r
     CROSS JOIN generate_series(date_trunc('month', r.started_on::timestamp), r.ended_on,
                                interval '1 month') AS day
), missing AS (
    SELECT c.department_id, m.first_day,
           jsonb_agg(jsonb_build_array(c.activity, c.place) ORDER BY c.activity, c.place) AS series
      FROM month m
      JOIN (SELECT m.first_day, c.department_id, c.activity, c.place
              FROM month m JOIN covered c ON c.first_day < m.first_day
               AND c.first_day >= m.first_day - interval '3 months'
             GROUP BY m.first_day, c.department_id, c.activity, c.place HAVING count(*) = 3) c
        ON c.first_day = m.first_day
     WHERE NOT EXISTS (SELECT FROM covered x
                        WHERE (x.department_id, x.activity, x.place, x.first_day)
                            = (c.department_id, c.activity, c.place, m.first_day))
     GROUP BY c.department_id, m.first_day
), counted AS (
    SELECT r.department_id, m.first_day, count(*) AS records,
           count(*) FILTER (WHERE r.state <> 'approved') AS unapproved,
           count(*) FILTER (WHERE r.is_estimated) AS estimated,
           count(*) FILTER (WHERE r.is_doubtful) AS doubtful
      FROM month m JOIN record r ON r.ended_on BETWEEN m.first_day AND m.last_day
     GROUP BY r.department_id, m.first_day
)
SELECT d.code, first_day, coalesce(records, 0), coalesce(unapproved, 0), coalesce(estimated, 0),
       coalesce(doubtful, 0), coalesce(series, '[]')
  FROM counted FULL JOIN missing USING (department_id, first_day)
  JOIN organisation_department d ON d.id = department_id
 ORDER BY d.code, first_day
