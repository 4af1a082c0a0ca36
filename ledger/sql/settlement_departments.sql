-- What a settlement does to each department, beside its net in the one before: those with the largest
-- net first, each with the sums of all and how many there are.
WITH compared AS (
    SELECT department_id,
           coalesce(sum(charged_minor) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS charges,
           coalesce(sum(true_up_minor) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS true_ups,
           coalesce(sum(earned_minor) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS incentives,
           coalesce(sum(emitted_mgco2e) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS emitted,
           coalesce(sum(removed_mgco2e) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS removed,
           coalesce(sum(record_count) FILTER (WHERE settlement_id = %(settlement_id)s), 0) AS records,
           coalesce(sum(charged_minor + true_up_minor - earned_minor)
                    FILTER (WHERE settlement_id = %(before_id)s), 0) AS net_before
      FROM ledger_departmenttotal
     WHERE settlement_id IN (%(settlement_id)s, %(before_id)s) GROUP BY 1
)
(SELECT c.department_id, d.code, d.name, charges, true_ups, incentives, emitted, removed, records,
        net_before
   FROM compared c JOIN organisation_department d ON d.id = c.department_id
  ORDER BY abs(charges + true_ups - incentives) DESC, d.code
  LIMIT %(how_many)s)
UNION ALL
SELECT NULL, '', count(*)::text, coalesce(sum(charges), 0), coalesce(sum(true_ups), 0),
       coalesce(sum(incentives), 0), coalesce(sum(emitted), 0), coalesce(sum(removed), 0),
       coalesce(sum(records), 0), coalesce(sum(net_before), 0)
  FROM compared
