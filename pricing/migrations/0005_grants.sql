-- A grant is what was applied for, goes one step after the other, and is awarded within its budget.

-- Each state may become these; what a step writes comes with it and stays.
CREATE FUNCTION pricing_keep_grant() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    steps constant jsonb := '{
        "applied": {"scored": ["discount_percent", "score_note", "scored_by_id", "scored_at"],
                    "declined": ["decision_reason", "decided_by_id", "decided_at"],
                    "withdrawn": ["end_reason", "ended_by_id", "ended_at"]},
        "scored": {"proposed": ["budget_id", "award_reason", "award_proposed_by_id",
                                "award_proposed_at"],
                   "declined": ["decision_reason", "decided_by_id", "decided_at"],
                   "withdrawn": ["end_reason", "ended_by_id", "ended_at"]},
        "proposed": {"awarded": ["decision_reason", "decided_by_id", "decided_at"],
                     "declined": ["decision_reason", "decided_by_id", "decided_at"],
                     "withdrawn": ["end_reason", "ended_by_id", "ended_at"]},
        "awarded": {"closed": ["end_reason", "ended_by_id", "ended_at"],
                    "failed": ["end_reason", "ended_by_id", "ended_at"]}}';
    written text[];
    budget pricing_grantbudget;
    promised numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'applied'
           OR coalesce(NEW.scored_by_id, NEW.award_proposed_by_id, NEW.decided_by_id,
                       NEW.ended_by_id, NEW.budget_id) IS NOT NULL THEN
            RAISE EXCEPTION 'a grant begins as an application'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pricing_grant_begins_applied';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) = to_jsonb(OLD) THEN
        RETURN NEW;
    END IF;
    IF steps -> OLD.state -> NEW.state IS NULL THEN
        RAISE EXCEPTION 'grant % is %, and does not become %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_grant_takes_its_steps';
    END IF;
    written := ARRAY(SELECT jsonb_array_elements_text(steps -> OLD.state -> NEW.state)) || 'state'::text;
    IF to_jsonb(NEW) - written <> to_jsonb(OLD) - written THEN
        RAISE EXCEPTION 'grant % keeps what it says', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_grant_never_edited';
    END IF;
    IF NEW.state = 'proposed'
       AND NEW.asked_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM pricing_grantmilestone
                                WHERE grant_id = NEW.id) THEN
        RAISE EXCEPTION 'the milestones of grant % do not add up to what it asks for', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pricing_grant_milestones_add_up';
    END IF;
    IF NEW.state = 'awarded' THEN
        PERFORM pg_advisory_xact_lock(hashtext('pricing_grant_budget'), NEW.scheme_id::int);
        SELECT * INTO budget FROM pricing_grantbudget WHERE id = NEW.budget_id;
        SELECT coalesce(sum(asked_minor), 0) INTO promised FROM pricing_grantapplication
         WHERE budget_id = NEW.budget_id AND id <> NEW.id AND state IN ('awarded', 'closed');
        IF budget.approved_by_id IS NULL OR budget.scheme_id <> NEW.scheme_id
           OR NOT budget.days @> NEW.starts_on OR promised + NEW.asked_minor > budget.amount_minor THEN
            RAISE EXCEPTION 'grant % of % is not within its budget of %, of which % are promised',
                NEW.id, NEW.asked_minor, budget.amount_minor, promised
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pricing_grants_stay_within_budget';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pricing_keep_grant BEFORE INSERT OR UPDATE ON pricing_grantapplication
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_grant();

-- Milestones come with the application. Evidence is shown and accepted once, of an awarded grant.
CREATE FUNCTION pricing_keep_milestone() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    is_shown boolean := to_jsonb(NEW) - '{evidence,evidenced_by_id,evidenced_at}'::text[]
                        = to_jsonb(OLD) - '{evidence,evidenced_by_id,evidenced_at}'::text[]
                        AND OLD.accepted_by_id IS NULL AND NEW.evidence <> '';
    is_accepted boolean := to_jsonb(NEW) - '{accepted_by_id,accepted_at}'::text[]
                           = to_jsonb(OLD) - '{accepted_by_id,accepted_at}'::text[]
                           AND OLD.accepted_by_id IS NULL AND NEW.evidence <> '';
    state text;
BEGIN
    SELECT g.state INTO state FROM pricing_grantapplication g WHERE g.id = NEW.grant_id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        IF state IS DISTINCT FROM 'applied'
           OR coalesce(NEW.evidenced_by_id, NEW.accepted_by_id) IS NOT NULL THEN
            RAISE EXCEPTION 'milestones come with an application'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'pricing_milestone_comes_with_its_grant';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) <> to_jsonb(OLD) AND NOT (state = 'awarded' AND (is_shown OR is_accepted)) THEN
        RAISE EXCEPTION 'milestone % keeps what it says', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_milestone_never_edited';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pricing_keep_milestone BEFORE INSERT OR UPDATE ON pricing_grantmilestone
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_milestone();

-- Budgets and measurements are what was entered, and approved once.
CREATE FUNCTION pricing_keep_grant_facts() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_by_id IS NULL AND to_jsonb(NEW) - 'approved_by_id' - 'approved_at'
                                    = to_jsonb(OLD) - 'approved_by_id' - 'approved_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % is never edited', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_grant_facts_never_edited';
END $$;
CREATE TRIGGER pricing_grant_budget_never_edited BEFORE UPDATE ON pricing_grantbudget
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_grant_facts();
CREATE TRIGGER pricing_grant_measurement_never_edited BEFORE UPDATE ON pricing_grantmeasurement
    FOR EACH ROW EXECUTE FUNCTION pricing_keep_grant_facts();

CREATE FUNCTION pricing_guard_grant_measurement() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_by_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM pricing_grantapplication
         WHERE id = NEW.grant_id AND state IN ('awarded', 'closed')
           AND starts_on <= lower(NEW.days)) THEN
        RAISE EXCEPTION 'a measurement is of an awarded project, from its first day on'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pricing_grant_is_measured_once_awarded';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pricing_guard_grant_measurement BEFORE INSERT ON pricing_grantmeasurement
    FOR EACH ROW EXECUTE FUNCTION pricing_guard_grant_measurement();

CREATE FUNCTION pricing_refuse_grant_removal() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % stay', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'pricing_grant_stays';
END $$;
DO $$
DECLARE kept text; guard text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['pricing_grantapplication', 'pricing_grantmilestone',
                                'pricing_grantmeasurement', 'pricing_grantbudget'] LOOP
        EXECUTE format('CREATE TRIGGER pricing_grant_stays BEFORE DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION pricing_refuse_grant_removal()', kept);
    END LOOP;
    -- No temporary table stands in for a real one: guards look in this schema first.
    FOREACH guard IN ARRAY ARRAY['pricing_keep_grant', 'pricing_keep_milestone',
                                 'pricing_keep_grant_facts', 'pricing_guard_grant_measurement',
                                 'pricing_refuse_grant_removal'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
