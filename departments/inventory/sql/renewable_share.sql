-- Electricity of a year by place, site and unit, in that unit; beside it kWh of what covers it. A
-- result that waits for approval is not counted yet. Own inputs count as renewable at a factor of 0.
WITH bought AS MATERIALIZED (
    SELECT r.id, r.place, coalesce(r.inputs ->> 'site', '') AS site, r.unit, r.quantity,
           CASE WHEN (r.inputs ->> 'instrument_kgco2e_per_kwh')::numeric = 0
                THEN (r.inputs ->> 'covered_kwh')::numeric END AS own_kwh
      FROM inventory_activityrecord r
     WHERE r.state = 'approved' AND r.activity = %(activity)s
       AND r.ended_on BETWEEN %(first)s AND %(last)s
       AND (%(departments)s::bigint[] IS NULL OR r.department_id = ANY (%(departments)s::bigint[]))
       AND NOT EXISTS (SELECT FROM inventory_activityrecord c
                        WHERE c.supersedes_id = r.id AND c.state = 'approved')
), used AS (
    SELECT u.activity_record_id AS id, sum(u.covered_kwh) AS kwh,
           EXISTS (SELECT FROM inventory_emissionrecord e
                    WHERE e.activity_record_id = u.activity_record_id
                      AND e.approval_number IS NULL) AS is_waiting
      FROM inventory_instrumentuse u JOIN inventory_instrument i ON i.id = u.instrument_id
     WHERE u.released_at IS NULL AND i.technology = ANY (%(renewable)s)
       AND u.activity_record_id IN (SELECT id FROM bought)
     GROUP BY u.activity_record_id
)
SELECT b.place, b.site, b.unit, sum(b.quantity),
       coalesce(sum(b.own_kwh), 0) + coalesce(sum(u.kwh) FILTER (WHERE NOT u.is_waiting), 0),
       coalesce(sum(u.kwh) FILTER (WHERE u.is_waiting), 0)
  FROM bought b LEFT JOIN used u ON u.id = b.id
 GROUP BY b.place, b.site, b.unit ORDER BY b.place, b.site, b.unit
