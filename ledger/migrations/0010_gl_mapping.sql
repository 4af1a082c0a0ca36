-- A mapping to the general ledger is never edited: it ends earlier, or is void, once. Nothing is lost.
CREATE FUNCTION ledger_keep_gl_mapping() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := ARRAY['in_force', 'is_void', 'ended_by_id', 'ended_at'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.is_void OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending
       OR lower(NEW.in_force) IS DISTINCT FROM lower(OLD.in_force)
       OR NOT NEW.in_force <@ OLD.in_force
       OR NEW.ended_by_id IS NULL OR NEW.ended_at IS NULL THEN
        RAISE EXCEPTION 'GL mapping % is not edited: end it and set another', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_gl_mapping_is_only_ended';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_keep_gl_mapping BEFORE UPDATE OR DELETE ON ledger_glmapping
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_gl_mapping();

-- Which GL account each kind of account has on which days: ranges that don't overlap, the narrower
-- mapping first (scheme, then category, then the kind alone).
CREATE VIEW ledger_gl_in_force AS
WITH live AS (
    SELECT m.*, coalesce(lower(in_force), '-infinity') AS first_day,
           coalesce(upper(in_force), 'infinity') AS ends_before
      FROM ledger_glmapping m WHERE NOT is_void
), days AS (
    SELECT legal_entity_id, account_kind,
           daterange(day, lead(day) OVER (PARTITION BY legal_entity_id, account_kind ORDER BY day))
               AS in_force
      FROM (SELECT legal_entity_id, account_kind, first_day AS day FROM live
             UNION SELECT legal_entity_id, account_kind, ends_before FROM live) edge
)
SELECT d.legal_entity_id, c.kind, c.scheme_id, c.category, d.in_force, best.gl_account,
       best.gl_name, best.tax_code, best.segment
  FROM days d
  JOIN (SELECT DISTINCT kind, scheme_id, category FROM ledger_account) c ON c.kind = d.account_kind
 CROSS JOIN LATERAL (
       SELECT m.gl_account, m.gl_name, m.tax_code, m.segment
         FROM live m
        WHERE m.legal_entity_id = d.legal_entity_id AND m.account_kind = c.kind
          AND lower(d.in_force) >= m.first_day AND lower(d.in_force) < m.ends_before
          AND (m.scheme_id IS NULL OR m.scheme_id = c.scheme_id)
          AND (m.category IS NULL OR m.category = c.category)
        ORDER BY m.scheme_id IS NULL, m.category IS NULL LIMIT 1) best
 WHERE NOT upper_inf(d.in_force);

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION ledger_keep_gl_mapping() SET search_path = %I, pg_temp',
                   current_schema());
END $$;
