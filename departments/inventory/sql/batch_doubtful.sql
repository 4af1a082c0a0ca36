-- Records that look wrong and were not named; that one comes late is no reason to look again.
SELECT id, doubt.reason, count(*) OVER ()
  FROM inventory_activityrecord
 CROSS JOIN LATERAL (
       SELECT string_agg(found ->> 'reason', ' ') AS reason
         FROM jsonb_array_elements(doubts) AS found WHERE found ->> 'kind' <> 'late') doubt
 WHERE batch_id = %(batch)s AND state = 'submitted' AND doubts IS NOT NULL
   AND doubt.reason IS NOT NULL AND id <> ALL (%(named)s)
 ORDER BY id LIMIT %(most)s
