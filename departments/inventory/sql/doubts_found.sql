-- Findings in the order of their lines, of the first lines that have any.
SELECT line, kind, figures::text
  FROM inventory_finding
 WHERE %(most)s IS NULL OR line <= (
       SELECT max(line) FROM (
           SELECT DISTINCT line FROM inventory_finding ORDER BY line LIMIT %(most)s) first_lines)
 ORDER BY line, kind, inventory_finding.figures
