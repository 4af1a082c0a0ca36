DROP TABLE IF EXISTS pg_temp.inventory_going;
CREATE TEMPORARY TABLE inventory_going ON COMMIT DROP AS
SELECT id, department_id FROM inventory_activityrecord
 WHERE batch_id = %(batch)s AND state <> 'approved' ORDER BY id FOR UPDATE;
SET LOCAL work_mem = '256MB';
