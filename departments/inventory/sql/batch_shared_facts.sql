SELECT activity, unit, place, year, inputs, is_estimated FROM inventory_going WHERE quantity > 0
 GROUP BY activity, unit, place, year, inputs, is_estimated HAVING count(*) > 1
