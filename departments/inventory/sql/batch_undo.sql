-- An approval at the same time waits for these locks, or has been seen before.
DELETE FROM inventory_emissionrecord e USING inventory_activityrecord a
 WHERE a.id = e.activity_record_id AND a.batch_id = %(batch)s AND e.approval_number IS NULL;
DELETE FROM inventory_activityrecord WHERE batch_id = %(batch)s
