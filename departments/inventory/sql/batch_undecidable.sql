SELECT id, state, count(*) OVER () FROM inventory_activityrecord
 WHERE batch_id = %(batch)s AND state <> 'approved'
   AND (state <> 'submitted' OR %(by)s IN (created_by_id, edited_by_id, submitted_by_id))
 ORDER BY id LIMIT %(most)s
