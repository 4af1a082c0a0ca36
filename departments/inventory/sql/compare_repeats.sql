-- The same activity, place, days, quantity and inputs under another id; but two guests may both stay
-- a night.
-- Few do: they are found by hashing alone, and only then put in order.
INSERT INTO inventory_finding
WITH doubled AS MATERIALIZED (
    SELECT series_id, started_on, ended_on, base, quantity, same
      FROM inventory_compared WHERE quantity > 0
     GROUP BY series_id, started_on, ended_on, base, quantity, same
    HAVING count(*) > 1 AND count(line) > 0
)
SELECT x.line, 'repeated',
       CASE WHEN r.record_id IS NOT NULL
            THEN jsonb_build_object('record', r.record_id, 'external_id', r.record_external_id)
            ELSE jsonb_build_object('line', r.first_line) END
  FROM inventory_compared x JOIN inventory_series c ON c.id = x.series_id
  JOIN (SELECT series_id, started_on, ended_on, base, quantity, same, min(line) AS first_line,
               min(record_id) AS record_id,
               (array_agg(external_id ORDER BY record_id)
                    FILTER (WHERE record_id IS NOT NULL))[1] AS record_external_id
          FROM inventory_compared
          JOIN doubled USING (series_id, started_on, ended_on, base, quantity, same)
         GROUP BY series_id, started_on, ended_on, base, quantity, same) r
    ON (x.series_id, x.started_on, x.ended_on, x.base, x.quantity, x.same)
     = (r.series_id, r.started_on, r.ended_on, r.base, r.quantity, r.same)
 WHERE x.line IS NOT NULL AND (c.is_billed OR x.entered >= 10 OR x.entered <> trunc(x.entered)
       OR x.external_id = '')
   AND (r.record_id IS NOT NULL OR x.line > r.first_line);

-- Bills of a week and more that share days, but not all of them; of the same meter where it is named.
CREATE TEMPORARY TABLE inventory_billed ON COMMIT DROP AS
SELECT x.series_id, x.base, coalesce(x.meter, '') AS meter, x.started_on, x.ended_on, min(x.line) AS line,
       min(x.record_id) AS record_id
  FROM inventory_compared x JOIN inventory_series c ON c.id = x.series_id
 WHERE c.is_billed AND x.quantity > 0 AND x.ended_on - x.started_on >= 6
 GROUP BY x.series_id, x.base, x.meter, x.started_on, x.ended_on;
INSERT INTO inventory_finding
SELECT DISTINCT ON (x.line) x.line, 'overlapping', o.figures
  FROM (SELECT *, jsonb_build_object('line', other_line, 'record', other_record,
                  'started_on', other_started, 'ended_on', other_ended) AS figures
          FROM (SELECT series_id, base, meter, started_on, ended_on,
                       lag(line) OVER w AS other_line, lag(record_id) OVER w AS other_record,
                       lag(started_on) OVER w AS other_started, lag(ended_on) OVER w AS other_ended
                  FROM inventory_billed
                WINDOW w AS (PARTITION BY series_id, base, meter ORDER BY started_on, ended_on)
                 UNION ALL
                SELECT series_id, base, meter, started_on, ended_on,
                       lead(line) OVER w, lead(record_id) OVER w,
                       lead(started_on) OVER w, lead(ended_on) OVER w
                  FROM inventory_billed
                WINDOW w AS (PARTITION BY series_id, base, meter ORDER BY started_on, ended_on)
                 UNION ALL
                SELECT b.series_id, b.base, '', b.started_on, b.ended_on,
                       m.line, m.record_id, m.started_on, m.ended_on
                  FROM inventory_billed b JOIN inventory_billed m
                    ON (m.series_id, m.base) = (b.series_id, b.base) AND m.meter <> ''
                   AND m.started_on <= b.ended_on AND m.ended_on >= b.started_on
                   AND (m.started_on, m.ended_on) <> (b.started_on, b.ended_on)
                 WHERE b.meter = '' AND b.line IS NOT NULL) near
         WHERE other_started <= ended_on AND other_ended >= started_on) o
  JOIN inventory_compared x
    ON (x.series_id, x.base, coalesce(x.meter, ''), x.started_on, x.ended_on)
     = (o.series_id, o.base, o.meter, o.started_on, o.ended_on)
   AND x.line IS NOT NULL AND x.line IS DISTINCT FROM (o.figures ->> 'line')::int
 ORDER BY x.line, o.figures ->> 'record', o.figures ->> 'line';

-- A counter that has begun anew gives nearly all that it can count.
INSERT INTO inventory_finding
SELECT x.line, 'counter', jsonb_build_object('quantity', x.entered)
  FROM inventory_compared x JOIN inventory_series c ON c.id = x.series_id
 WHERE c.is_billed AND x.line IS NOT NULL AND x.entered >= 100000
   AND x.entered >= 0.99 * power(10::numeric, length(trunc(x.entered)::text));

-- The same bill with one digit more at its end, as when a footnote's mark is copied with the figure.
INSERT INTO inventory_finding
SELECT DISTINCT ON (x.line) x.line, 'digit',
       jsonb_build_object('quantity', x.entered, 'other', y.entered, 'unit', x.unit,
           'line', y.line, 'record', y.record_id)
  FROM inventory_compared x
  JOIN inventory_series c ON c.id = x.series_id
  JOIN inventory_compared y ON (y.series_id, y.started_on, y.ended_on, y.unit, trunc(y.entered))
     = (x.series_id, x.started_on, x.ended_on, x.unit, trunc(x.entered / 10))
 WHERE c.is_billed AND x.line IS NOT NULL AND x.entered >= 100 AND x.entered = trunc(x.entered)
   AND mod(x.entered, 10) BETWEEN 1 AND 9
 ORDER BY x.line, y.record_id, y.line;
