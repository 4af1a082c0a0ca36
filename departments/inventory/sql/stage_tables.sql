-- Rows and recipes of a file that is being taken in; they go with the transaction. COPY can't load
-- into a table with row-level security, and what is temporary belongs to this connection alone.
DROP TABLE IF EXISTS pg_temp.inventory_staged_row, pg_temp.inventory_staged_recipe,
    pg_temp.inventory_staged_doubt;
CREATE TEMPORARY TABLE inventory_staged_row (
    line integer NOT NULL, department_id bigint, recipe_id integer, started_on date, ended_on date,
    quantity numeric, external_id text NOT NULL, note text NOT NULL,
    location_kgco2e numeric, market_kgco2e numeric  -- of a row that was calculated by itself
) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_staged_recipe (
    id integer NOT NULL, activity text NOT NULL, unit text NOT NULL, place text NOT NULL,
    inputs jsonb NOT NULL, is_estimated boolean NOT NULL,
    location_per_unit numeric, market_per_unit numeric, is_exact boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE inventory_staged_doubt (line integer, doubts jsonb) ON COMMIT DROP;
SET LOCAL work_mem = '256MB';
