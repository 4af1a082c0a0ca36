-- The doubts about each line as records keep them.
ANALYZE inventory_worded;
ANALYZE inventory_finding;
INSERT INTO inventory_staged_doubt
SELECT f.line, jsonb_agg(w.content ORDER BY f.kind, f.figures)
  FROM inventory_finding f JOIN inventory_worded w ON (w.kind, w.figures) = (f.kind, f.figures)
 GROUP BY f.line;
SELECT count(*) FROM inventory_finding
