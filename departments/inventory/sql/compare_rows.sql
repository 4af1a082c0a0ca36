-- An id that names the month of its row, such as M-7-2024-01, names a meter: M-7-*.
CREATE TEMPORARY TABLE inventory_compared ON COMMIT DROP AS
SELECT x.series_id, x.line, x.record_id, u.base, x.started_on, x.ended_on,
       x.quantity * u.ratio AS quantity, x.quantity AS entered, x.unit, x.same, x.external_id,
       CASE WHEN x.external_id ~ '\d{6}|\d{4}-\d{2}' THEN nullif(
           replace(replace(x.external_id, m.dashed, '*'), m.plain, '*'), x.external_id) END AS meter
  FROM (SELECT c.id AS series_id, s.line, NULL::bigint AS record_id, r.unit, s.started_on,
               s.ended_on, s.quantity, s.external_id, r.same
          FROM inventory_staged_row s
          JOIN (SELECT *, hashtextextended(inputs::text, 0) AS same FROM inventory_staged_recipe) r
            ON r.id = s.recipe_id
          JOIN inventory_series c
            ON (c.department_id, c.activity, c.place) = (s.department_id, r.activity, r.place)
         UNION ALL
        SELECT series_id, NULL, record_id, unit, started_on, ended_on, quantity, external_id, same
          FROM inventory_history) x
  JOIN inventory_staged_unit u ON u.unit = x.unit
  JOIN (SELECT ended_on, to_char(ended_on, 'YYYY-MM') AS dashed, to_char(ended_on, 'YYYYMM') AS plain
          FROM (SELECT ended_on FROM inventory_staged_row WHERE recipe_id IS NOT NULL
                 UNION SELECT ended_on FROM inventory_history) days) m ON m.ended_on = x.ended_on;
-- A meter that is named once is none: it may be the number of an invoice.
UPDATE inventory_compared x SET meter = NULL FROM (
    SELECT series_id, meter FROM inventory_compared WHERE meter IS NOT NULL
     GROUP BY series_id, meter HAVING min(ended_on) = max(ended_on)) once
 WHERE (x.series_id, x.meter) = (once.series_id, once.meter);
ANALYZE inventory_compared (series_id, line, base, started_on, ended_on, quantity, meter);
