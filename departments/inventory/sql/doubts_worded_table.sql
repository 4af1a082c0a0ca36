-- Each different finding and its words; it goes with the transaction.
DROP TABLE IF EXISTS pg_temp.inventory_worded;
CREATE TEMPORARY TABLE inventory_worded (kind text, figures jsonb, content jsonb) ON COMMIT DROP
