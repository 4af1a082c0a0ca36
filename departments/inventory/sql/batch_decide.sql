UPDATE inventory_activityrecord SET state = 'approved', decided_by_id = %(by)s, decided_at = %(at)s
 WHERE batch_id = %(batch)s AND state = 'submitted'
