SELECT inventory_number_approvals(array_agg(e.id))
  FROM inventory_emissionrecord e JOIN inventory_going g ON g.id = e.activity_record_id
 WHERE e.approval_number IS NULL
