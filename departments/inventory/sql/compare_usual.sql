-- What is usual: the quartiles of what a day came to. Of a meter, else of all that the department
-- does of it in that place, else of what all departments in the file do of it.
CREATE TEMPORARY TABLE inventory_usual ON COMMIT DROP AS
SELECT row_number() OVER () AS id, level, series_id, meter, activity, base, n, median, q3,
       CASE WHEN level = 3 THEN 300 * median
            WHEN is_billed THEN greatest(3 * median, least(100 * median, q3 * (q3 / q1) * (q3 / q1)))
            ELSE 100 * median END AS most,
       CASE WHEN level < 3 AND is_billed THEN least(median / 10, greatest(median / 300, q1 * (q1 / q3) * (q1 / q3)))
            ELSE median / 300 END AS least
  FROM (SELECT CASE WHEN grouping(meter) = 0 THEN 1 WHEN grouping(series_id) = 0 THEN 2 ELSE 3 END
                   AS level,
               series_id, meter, activity, base, bool_and(is_billed) AS is_billed, count(*) AS n,
               percentile_disc(0.25) WITHIN GROUP (ORDER BY per_day) AS q1,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY per_day) AS median,
               percentile_disc(0.75) WITHIN GROUP (ORDER BY per_day) AS q3
          FROM (SELECT x.series_id, x.meter, c.activity, x.base, c.is_billed,
                       x.quantity / (x.ended_on - x.started_on + 1) AS per_day
                  FROM inventory_compared x JOIN inventory_series c ON c.id = x.series_id
                 WHERE x.quantity > 0) reading
         GROUP BY GROUPING SETS (
               (series_id, meter, activity, base), (series_id, activity, base), (activity, base))
        ) grouped
 WHERE n >= %(readings)s AND (level <> 1 OR meter IS NOT NULL);
ANALYZE inventory_usual;

INSERT INTO inventory_finding
SELECT line, CASE WHEN per_day > most THEN 'high' ELSE 'low' END,
       jsonb_build_object('unit', unit, 'level', level, 'n', n, 'days', days,
           'quantity', entered, 'usual', median * days / ratio,
           'times', CASE WHEN per_day > median THEN per_day / median
                         ELSE median / nullif(per_day, 0) END,
           'footnote', per_day > most AND entered >= 10 AND mod(entered, 10) BETWEEN 1 AND 9
               AND entered = trunc(entered)
               AND trunc(entered / 10) / ratio_days BETWEEN median / 2 AND q3 * 2)
  FROM (SELECT x.line, x.entered, x.unit, n.ratio, (x.ended_on - x.started_on + 1) AS days,
               (x.ended_on - x.started_on + 1) / n.ratio AS ratio_days,
               x.quantity / (x.ended_on - x.started_on + 1) AS per_day,
               coalesce(u1.id, u2.id, u3.id) AS usual_id
          FROM inventory_compared x
          JOIN inventory_series c ON c.id = x.series_id
          JOIN inventory_staged_unit n ON n.unit = x.unit
          LEFT JOIN inventory_usual u1 ON u1.level = 1 AND u1.base = x.base
               AND u1.series_id = x.series_id AND u1.meter = x.meter
          LEFT JOIN inventory_usual u2 ON u2.level = 2 AND u2.base = x.base
               AND u2.series_id = x.series_id
          LEFT JOIN inventory_usual u3 ON u3.level = 3 AND u3.base = x.base
               AND u3.activity = c.activity
         WHERE x.line IS NOT NULL) read
  JOIN inventory_usual u ON u.id = read.usual_id
 WHERE per_day > most OR (per_day < least AND (per_day > 0 OR level = 1));
