SELECT g.id FROM inventory_going g
 WHERE NOT EXISTS (SELECT FROM inventory_emissionrecord e
                    WHERE e.activity_record_id = g.id AND e.approval_number IS NULL)
 ORDER BY g.id
