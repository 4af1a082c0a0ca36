-- What a settlement does to each department, beside its net in the one before: those with the largest
-- net first, each with the sums of all and how many there are.
WITH own AS (
    SELECT department_id,
           sum(charged_minor) AS charges, sum(true_up_minor) AS true_ups,
           sum(earned_minor) AS incentives, sum(emitted_mgco2e) AS emitted,
           sum(removed_mgco2e) AS removed, sum(record_count) AS records
      FROM ledger_departmenttotal WHERE settlement_id = %(settlement_id)s GROUP BY 1
), before AS (
    SELECT department_id, sum(charged_minor + true_up_minor - earned_minor) AS net
      FROM ledger_departmenttotal WHERE settlement_id = %(before_id)s GROUP BY 1
), compared AS (
    SELECT department_id, coalesce(charges, 0) AS charges, coalesce(true_ups, 0) AS true_ups,
           coalesce(incentives, 0) AS incentives, coalesce(emitted, 0) AS emitted,
           coalesce(removed, 0) AS removed, coalesce(records, 0) AS records,
           coalesce(before.net, 0) AS net_before
      FROM own FULL JOIN before USING (department_id)
), placed AS (
    SELECT c.*, d.code, d.name,
           row_number() OVER (ORDER BY abs(charges + true_ups - incentives) DESC, d.code) AS place
      FROM compared c JOIN organisation_department d ON d.id = c.department_id
)
SELECT department_id, code, name, charges, true_ups, incentives, emitted, removed, records, net_before
  FROM placed WHERE place <= %(how_many)s
UNION ALL
SELECT NULL, '', count(*)::text, coalesce(sum(charges), 0), coalesce(sum(true_ups), 0),
       coalesce(sum(incentives), 0), coalesce(sum(emitted), 0), coalesce(sum(removed), 0),
       coalesce(sum(records), 0), coalesce(sum(net_before), 0)
  FROM compared
