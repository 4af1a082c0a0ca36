-- Instruments that a row's own inputs name: by the years in their text, and by the book of them.
INSERT INTO inventory_finding
SELECT s.line, 'vintage', jsonb_build_object('instrument', r.inputs ->> 'instrument',
       'year', extract(year FROM s.ended_on)::int, 'named', named.years)
  FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id
 CROSS JOIN LATERAL (
       SELECT array_agg(found[1]::int) AS years
         FROM regexp_matches(r.inputs ->> 'instrument', '\m((?:19|20)\d\d)\M', 'g') AS found) named
 WHERE r.inputs ? 'instrument' AND named.years IS NOT NULL
   AND NOT extract(year FROM s.ended_on)::int = ANY (named.years);
INSERT INTO inventory_finding
SELECT s.line, 'market', jsonb_build_object('instrument', i.registry || ' ' || i.serial,
       'place', r.place, 'market', i.market, 'year', extract(year FROM s.ended_on)::int,
       'vintage', extract(year FROM i.generated_from)::int)
  FROM inventory_staged_row s JOIN inventory_staged_recipe r ON r.id = s.recipe_id
  JOIN inventory_instrument i
    ON upper(r.inputs ->> 'instrument') IN (i.registry || ' ' || i.serial, i.serial)
 WHERE extract(year FROM i.generated_from) <> extract(year FROM s.ended_on)
    OR NOT left(r.place, 2) = ANY (i.countries);

INSERT INTO inventory_finding
SELECT s.line, 'late', jsonb_build_object('period', c.code)
  FROM inventory_staged_row s JOIN inventory_closed_days c
    ON s.ended_on BETWEEN c.first_day AND c.last_day
 WHERE s.recipe_id IS NOT NULL;
