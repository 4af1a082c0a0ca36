-- The journal lies in one partition an accounting period. What row-level foreign keys did, guards do
-- now once a statement; what an entry comes from is unique in a table of its own, since a unique
-- index on a partitioned table needs the partition's key.

-- 1. Settlements under way are cancelled: their lines don't know their accounts yet.

ALTER TABLE ledger_settlement DISABLE TRIGGER USER;
ALTER TABLE ledger_settlementshard DISABLE TRIGGER USER;
ALTER TABLE ledger_settledrecord DISABLE TRIGGER USER;
ALTER TABLE ledger_settlementline DISABLE TRIGGER USER;

UPDATE ledger_settlement SET state = 'cancelled', cancelled_at = statement_timestamp()
 WHERE state IN ('calculating', 'calculated', 'approved');
DELETE FROM ledger_settledrecord r USING ledger_settlementline l, ledger_settlement s
 WHERE l.id = r.line_id AND s.id = l.settlement_id AND s.state = 'cancelled';
DELETE FROM ledger_settlementline l USING ledger_settlement s
 WHERE s.id = l.settlement_id AND s.state = 'cancelled';

-- 2. A shard keeps the digest of its own inputs; a settlement's is taken over those of its shards.

UPDATE ledger_settlementshard h
   SET record_count = coalesce(d.n, 0), input_count = coalesce(d.n, 0),
       input_sha256 = coalesce(d.sha256, encode(sha256(''), 'hex')),
       settled_sha256 = coalesce(d.sha256, encode(sha256(''), 'hex'))
  FROM ledger_settlementshard k
  LEFT JOIN (SELECT l.shard_id, count(*) AS n,
                    encode(sha256(convert_to(string_agg(
                        r.emission_record_id || ':' || r.sign, E'\n'
                        ORDER BY r.emission_record_id, r.sign), 'UTF8')), 'hex') AS sha256
               FROM ledger_settledrecord r JOIN ledger_settlementline l ON l.id = r.line_id
              GROUP BY 1) d ON d.shard_id = k.id
 WHERE h.id = k.id;
UPDATE ledger_settlement s
   SET input_sha256 = (SELECT encode(sha256(convert_to(coalesce(string_agg(
                           h.number || ':' || h.input_count || ':' || h.input_sha256, E'\n'
                           ORDER BY h.number), ''), 'UTF8')), 'hex')
                         FROM ledger_settlementshard h WHERE h.settlement_id = s.id);

ALTER TABLE ledger_settlementline ENABLE TRIGGER USER;
ALTER TABLE ledger_settledrecord ENABLE TRIGGER USER;
ALTER TABLE ledger_settlementshard ENABLE TRIGGER USER;
ALTER TABLE ledger_settlement ENABLE TRIGGER USER;

-- 3. What is settled is found by record, or block by block from its line.

ALTER TABLE ledger_settledrecord DROP COLUMN id;
ALTER TABLE ledger_settledrecord DROP CONSTRAINT ledger_record_is_settled_once_per_scheme;
ALTER TABLE ledger_settledrecord ADD CONSTRAINT ledger_record_is_settled_once_per_scheme
    PRIMARY KEY (scheme_id, emission_record_id, sign);
DROP INDEX ledger_settled_by_line;
CREATE INDEX ledger_settled_by_line ON ledger_settledrecord
    USING brin (line_id) WITH (pages_per_range = 16, autosummarize = on);

-- 4. The journal in partitions. The whole tables are copied, then dropped.

ALTER TABLE ledger_journalline RENAME TO whole_line;
ALTER TABLE ledger_journalentry RENAME TO whole_entry;

CREATE TABLE ledger_journalentry (
    id bigint NOT NULL,
    period_id bigint NOT NULL,
    settlement_id bigint,
    department_id bigint,
    activity_period_id bigint,
    reverses_id bigint,
    posted_by_id bigint NOT NULL,
    recorded_xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    recorded_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    entry_date date NOT NULL,
    description varchar(300) NOT NULL,
    source_type varchar(30) NOT NULL,
    source_id varchar(120) NOT NULL,
    purpose varchar(30) NOT NULL
) PARTITION BY LIST (period_id);
CREATE TABLE ledger_journalline (
    id bigint NOT NULL,
    entry_id bigint NOT NULL,
    period_id bigint NOT NULL,
    account_id bigint NOT NULL,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    commodity_id varchar(10) NOT NULL,
    CONSTRAINT ledger_line_has_one_side
        CHECK (credit = 0 AND debit > 0 OR credit > 0 AND debit = 0)
) PARTITION BY LIST (period_id);
COMMENT ON COLUMN ledger_journalentry.period_id IS 'names the partition';
COMMENT ON COLUMN ledger_journalline.period_id IS 'its entry''s; names the partition';
COMMENT ON COLUMN ledger_journalline.debit IS 'minor units, ≥ 0';
COMMENT ON COLUMN ledger_journalline.credit IS 'minor units, ≥ 0';

-- A partition is made beside the journal and then attached, so that nobody who posts or reads waits.
-- The application's role may do that by creating a period, and in no other way.
CREATE FUNCTION ledger_make_partitions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    parent text;
    part text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['ledger_journalentry', 'ledger_journalline'] LOOP
        part := parent || '_p' || NEW.id;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                       'INCLUDING INDEXES)', part, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent, part, NEW.id);
        -- The parent's statement triggers don't fire for who writes to a partition by its name.
        EXECUTE format('CREATE TRIGGER ledger_partition_is_append_only '
                       'BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', part);
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_drop_partitions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_journalentry e WHERE e.period_id = OLD.id)
       OR EXISTS (SELECT FROM ledger_journalentry e WHERE e.activity_period_id = OLD.id)
       OR EXISTS (SELECT FROM ledger_settlementline l WHERE l.activity_period_id = OLD.id) THEN
        RAISE EXCEPTION 'period % has entries or statement lines: it stays', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_with_entries_stays';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I, %I',
                   'ledger_journalline_p' || OLD.id, 'ledger_journalentry_p' || OLD.id);
    RETURN OLD;
END $$;

CREATE TRIGGER ledger_make_partitions AFTER INSERT ON ledger_accountingperiod
    FOR EACH ROW EXECUTE FUNCTION ledger_make_partitions();
CREATE TRIGGER ledger_drop_partitions BEFORE DELETE ON ledger_accountingperiod
    FOR EACH ROW EXECUTE FUNCTION ledger_drop_partitions();

DO $$
DECLARE period bigint;
BEGIN
    FOR period IN SELECT id FROM ledger_accountingperiod ORDER BY id LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF ledger_journalentry FOR VALUES IN (%s)',
                       'ledger_journalentry_p' || period, period);
        EXECUTE format('CREATE TABLE %I PARTITION OF ledger_journalline FOR VALUES IN (%s)',
                       'ledger_journalline_p' || period, period);
    END LOOP;
END $$;

INSERT INTO ledger_journalentry
SELECT id, period_id, settlement_id, department_id, activity_period_id, reverses_id, posted_by_id,
       recorded_xid, recorded_at, entry_date, description, source_type, source_id, purpose
  FROM whole_entry ORDER BY id;
INSERT INTO ledger_journalline
SELECT l.id, l.entry_id, e.period_id, l.account_id, l.debit, l.credit, l.commodity_id
  FROM whole_line l JOIN whole_entry e ON e.id = l.entry_id ORDER BY l.id;
DROP TABLE whole_line;
DROP TABLE whole_entry;

CREATE SEQUENCE ledger_journalentry_id_seq OWNED BY ledger_journalentry.id;
CREATE SEQUENCE ledger_journalline_id_seq OWNED BY ledger_journalline.id;
ALTER TABLE ledger_journalentry ALTER id SET DEFAULT nextval('ledger_journalentry_id_seq');
ALTER TABLE ledger_journalline ALTER id SET DEFAULT nextval('ledger_journalline_id_seq');
SELECT setval('ledger_journalentry_id_seq', coalesce(max(id), 0) + 1, false) FROM ledger_journalentry;
SELECT setval('ledger_journalline_id_seq', coalesce(max(id), 0) + 1, false) FROM ledger_journalline;

ALTER TABLE ledger_journalentry ADD PRIMARY KEY (id, period_id);
ALTER TABLE ledger_journalentry ADD CONSTRAINT ledger_settlement_posts_an_entry_once
    UNIQUE (settlement_id, department_id, activity_period_id, purpose, period_id);
CREATE INDEX ledger_entry_by_department ON ledger_journalentry (department_id, id);
ALTER TABLE ledger_journalline ADD PRIMARY KEY (id, period_id);
CREATE INDEX ledger_line_by_entry ON ledger_journalline (entry_id);
CREATE INDEX ledger_line_by_account ON ledger_journalline (account_id, id);
ALTER TABLE ledger_journalline
    RENAME CONSTRAINT ledger_line_has_one_side TO ledger_line_is_debit_or_credit;

DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
                 WHERE inhparent IN ('ledger_journalentry'::regclass, 'ledger_journalline'::regclass) LOOP
        EXECUTE format('CREATE TRIGGER ledger_partition_is_append_only '
                       'BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', part);
    END LOOP;
END $$;

INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
SELECT source_type, source_id, purpose, id, period_id FROM ledger_journalentry
 WHERE settlement_id IS NULL;
ALTER TABLE ledger_postedsource
    RENAME CONSTRAINT ledger_postedsource_pkey TO ledger_source_is_posted_once;

ALTER TABLE ledger_periodbalance SET (fillfactor = 70);
INSERT INTO ledger_periodbalance (account_id, period_id, slot, debit, credit)
SELECT account_id, period_id, 0, sum(debit), sum(credit) FROM ledger_journalline GROUP BY 1, 2;

-- 5. The guards.

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_journalentry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_journalline FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_source_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON ledger_postedsource FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- An entry is written by the transaction that runs, with its lines, in one statement, into an open
-- period. Closing takes the period's lock alone: it waits for us, and we see a close that won.
--
-- How the guards are planned. A few rows are looked up with plans that are kept: planning would cost
-- more than looking. Many rows are planned anew each time, without nested loops: a plan that was made
-- on empty tables turns into a loop over all rows later. (A query that names no variable would keep its
-- plan, whatever the setting: hence `are_few IS NOT NULL`.) OFFSET 0 has what grows without end, the
-- journal, looked up by key, row by row, whatever the planner expects there.
CREATE OR REPLACE FUNCTION ledger_guard_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_nestloop = off AS $$
DECLARE
    are_few constant boolean := (SELECT count(*) <= 10 FROM (SELECT FROM new_entries LIMIT 11) few);
    period bigint;
    lonely bigint;
    wrong record;
BEGIN
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE are_few;
    FOR period IN SELECT DISTINCT period_id FROM new_entries ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_period'), period::int);

        SELECT e.id INTO lonely
          FROM new_entries e
          LEFT JOIN LATERAL (
               SELECT l.id FROM ledger_journalline l
                WHERE l.period_id = period AND l.entry_id = e.id OFFSET 0 LIMIT 1) l ON true
         WHERE e.period_id = period AND l.id IS NULL LIMIT 1;
        IF lonely IS NOT NULL THEN
            RAISE EXCEPTION 'entry % has no lines: write an entry and its lines in one statement', lonely
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_lines';
        END IF;
    END LOOP;

    -- A settlement's entry belongs to the settlement that is being posted; any other is told apart
    -- by its source, which is posted once in all periods.
    SELECT e.id, e.entry_date, p.code, p.state,
           (p.state = 'open' AND p.days @> e.entry_date) IS TRUE AS is_open,
           e.recorded_xid = pg_current_xact_id()::text::bigint
               AND e.recorded_at = statement_timestamp() AS is_now,
           u.id IS NOT NULL AND (e.department_id IS NULL OR d.id IS NOT NULL)
               AND (e.activity_period_id IS NULL OR a.id IS NOT NULL) AS names_what_there_is
      INTO wrong
      FROM new_entries e
      LEFT JOIN ledger_accountingperiod p ON p.id = e.period_id
      LEFT JOIN organisation_user u ON u.id = e.posted_by_id
      LEFT JOIN organisation_department d ON d.id = e.department_id
      LEFT JOIN ledger_accountingperiod a ON a.id = e.activity_period_id
      LEFT JOIN LATERAL (
           SELECT state, period_id FROM ledger_settlement WHERE id = e.settlement_id OFFSET 0) s ON true
      LEFT JOIN LATERAL (
           SELECT entry_id, period_id FROM ledger_postedsource
            WHERE e.settlement_id IS NULL AND source_type = e.source_type
              AND source_id = e.source_id AND purpose = e.purpose OFFSET 0) o ON true
     WHERE are_few IS NOT NULL AND (
           (p.state = 'open' AND p.days @> e.entry_date) IS NOT TRUE
        OR e.recorded_xid <> pg_current_xact_id()::text::bigint OR e.recorded_at <> statement_timestamp()
        OR u.id IS NULL OR e.department_id IS NOT NULL AND d.id IS NULL
        OR e.activity_period_id IS NOT NULL AND a.id IS NULL
        OR CASE WHEN e.settlement_id IS NULL
                THEN o.entry_id IS DISTINCT FROM e.id OR o.period_id <> e.period_id
                     OR e.source_type = 'settlement'
                ELSE s.state IS DISTINCT FROM 'approved' OR s.period_id <> e.period_id
                     OR e.source_type <> 'settlement' OR e.department_id IS NULL
                     OR e.activity_period_id IS NULL OR e.reverses_id IS NOT NULL END) LIMIT 1;
    IF FOUND THEN
        CASE
        WHEN NOT wrong.is_open THEN
            RAISE EXCEPTION 'nothing posts on % into period %, which is %', wrong.entry_date,
                coalesce(wrong.code, 'none'), coalesce(wrong.state, 'none')
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_in_open_period';
        WHEN NOT wrong.is_now THEN
            RAISE EXCEPTION 'entry % pretends to have been recorded at another time', wrong.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_recorded_now';
        WHEN NOT wrong.names_what_there_is THEN
            RAISE EXCEPTION 'entry % names a person, department or period that there is not', wrong.id
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_entry_names_what_there_is';
        ELSE
            RAISE EXCEPTION 'entry % has neither a source of its own nor an approved settlement', wrong.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_its_source';
        END CASE;
    END IF;

    -- Only where there is something to look for: the look goes over every partition.
    IF EXISTS (SELECT FROM new_entries WHERE reverses_id IS NOT NULL) THEN
        SELECT e.id, e.reverses_id INTO wrong
          FROM new_entries e
          LEFT JOIN ledger_journalentry o ON o.id = e.reverses_id
         WHERE e.reverses_id IS NOT NULL
           AND (o.id IS NULL OR o.settlement_id IS NOT NULL
                OR (e.source_type, e.source_id, e.purpose) <> ('entry', e.reverses_id::text, 'reversal')) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'entry % may not reverse entry %', wrong.id, wrong.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal_names_its_entry';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_entries AFTER INSERT ON ledger_journalentry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_entries();

-- What a statement adds to an entry balances by itself, so the whole entry always does. Balances are
-- kept here, with the owner's rights: the application's role can only read them. An account without
-- a department is everybody's: its balance is spread over slots by connection.
CREATE OR REPLACE FUNCTION ledger_guard_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_nestloop = off AS $$
DECLARE
    are_few constant boolean := (SELECT count(*) <= 20 FROM (SELECT FROM new_lines LIMIT 21) few);
    period bigint;
    foreign_entry bigint;
    wrong record;
BEGIN
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE are_few;
    FOR period IN SELECT DISTINCT period_id FROM new_lines ORDER BY 1 LOOP
        SELECT n.entry_id INTO foreign_entry
          FROM (SELECT DISTINCT entry_id FROM new_lines WHERE period_id = period) n
          LEFT JOIN LATERAL (
               SELECT e.recorded_at, e.recorded_xid FROM ledger_journalentry e
                WHERE e.period_id = period AND e.id = n.entry_id OFFSET 0) e ON true
         WHERE (e.recorded_at = statement_timestamp()
                AND e.recorded_xid = pg_current_xact_id()::text::bigint) IS NOT TRUE LIMIT 1;
        IF foreign_entry IS NOT NULL THEN
            RAISE EXCEPTION 'entry % was not written by this transaction: nobody adds lines to it', foreign_entry
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_line_comes_with_its_entry';
        END IF;
    END LOOP;

    SELECT entry_id, commodity_id, sum(debit) AS debit, sum(credit) AS credit INTO wrong
      FROM new_lines GROUP BY entry_id, commodity_id HAVING sum(debit) <> sum(credit) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance in %: debit %, credit % (minor units)',
            wrong.entry_id, wrong.commodity_id, wrong.debit, wrong.credit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balances';
    END IF;

    SELECT l.account_id, l.commodity_id INTO wrong
      FROM new_lines l
      LEFT JOIN ledger_account a ON a.id = l.account_id
     WHERE are_few IS NOT NULL AND (a.id IS NULL OR a.commodity_id <> l.commodity_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no account % that counts %', wrong.account_id, wrong.commodity_id
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_line_account_counts_its_commodity';
    END IF;

    INSERT INTO ledger_periodbalance AS kept (account_id, period_id, slot, debit, credit)
    SELECT l.account_id, l.period_id,
           CASE WHEN a.department_id IS NULL THEN pg_backend_pid() % 64 ELSE 0 END AS slot,
           sum(l.debit), sum(l.credit)
      FROM new_lines l JOIN ledger_account a ON a.id = l.account_id
     WHERE are_few IS NOT NULL
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (account_id, period_id, slot) DO UPDATE
       SET debit = kept.debit + excluded.debit, credit = kept.credit + excluded.credit;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_lines AFTER INSERT ON ledger_journalline
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lines();

-- Nobody claims a source without posting its entry.
CREATE FUNCTION ledger_guard_sources() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on SET enable_nestloop = off AS $$
DECLARE
    are_few constant boolean := (SELECT count(*) <= 10 FROM (SELECT FROM new_sources LIMIT 11) few);
    period bigint;
    wrong record;
BEGIN
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE are_few;
    FOR period IN SELECT DISTINCT period_id FROM new_sources LOOP
        SELECT o.source_type, o.source_id INTO wrong
          FROM new_sources o
          LEFT JOIN LATERAL (
               SELECT e.recorded_at, e.source_type, e.source_id, e.purpose FROM ledger_journalentry e
                WHERE e.period_id = period AND e.id = o.entry_id OFFSET 0) e ON true
         WHERE o.period_id = period AND (e.recorded_at = statement_timestamp()
           AND (e.source_type, e.source_id, e.purpose) = (o.source_type, o.source_id, o.purpose))
               IS NOT TRUE LIMIT 1;
        IF wrong.source_type IS NOT NULL THEN
            RAISE EXCEPTION 'source % % comes without its entry', wrong.source_type, wrong.source_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_source_comes_with_its_entry';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_guard_sources AFTER INSERT ON ledger_postedsource
    REFERENCING NEW TABLE AS new_sources FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_sources();

-- Entries with their lines, in one statement, for whoever may insert them. A source that is claimed
-- already is left alone: its entry is the answer, or, where somebody claims it at this moment, there is
-- none yet. One entry is posted by a plan that is kept; planning would take as long as posting.
CREATE FUNCTION ledger_post_entries(entries json, lines json, posted_by bigint)
RETURNS TABLE (known_id bigint, entry_id bigint, period_state text)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET enable_seqscan = on SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'on', true)
      WHERE json_array_length(lines) <= 20;
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT g.*, p.id AS period_id, p.state, s.entry_id AS known_id
          FROM ROWS FROM (json_to_recordset(entries) AS (
                   entry_date date, description text, source_type text, source_id text, purpose text,
                   reverses_id bigint)) WITH ORDINALITY AS g(
                   entry_date, description, source_type, source_id, purpose, reverses_id, number)
          LEFT JOIN ledger_accountingperiod p ON p.days @> g.entry_date
          LEFT JOIN LATERAL (
               SELECT entry_id FROM ledger_postedsource
                WHERE source_type = g.source_type AND source_id = g.source_id
                  AND purpose = g.purpose OFFSET 0) s ON true
    ), fresh AS MATERIALIZED (
        SELECT nextval('ledger_journalentry_id_seq') AS id, g.*
          FROM (SELECT * FROM given
                 WHERE known_id IS NULL
                   AND NOT EXISTS (SELECT FROM given
                                    WHERE known_id IS NULL AND state IS DISTINCT FROM 'open')
                 ORDER BY number) g
    ), claimed AS (
        INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
        SELECT source_type, source_id, purpose, id, period_id FROM fresh
         ORDER BY source_type, source_id, purpose
            ON CONFLICT (source_type, source_id, purpose) DO NOTHING
        RETURNING entry_id
    ), entry AS (
        INSERT INTO ledger_journalentry (
            id, entry_date, period_id, description, source_type, source_id, purpose, reverses_id,
            posted_by_id)
        SELECT f.id, f.entry_date, f.period_id, f.description, f.source_type, f.source_id, f.purpose,
               f.reverses_id, posted_by
          FROM fresh f JOIN claimed c ON c.entry_id = f.id ORDER BY f.id
    ), line AS (
        INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
        SELECT f.id, f.period_id, l.account_id, l.commodity_id, l.debit, l.credit
          FROM fresh f
          JOIN claimed c ON c.entry_id = f.id
          JOIN ROWS FROM (json_to_recordset(lines) AS (
                   number int, account_id bigint, commodity text, debit bigint, credit bigint))
               WITH ORDINALITY AS l(number, account_id, commodity_id, debit, credit, place)
            ON l.number = f.number
         ORDER BY f.id, l.place
    )
    SELECT g.known_id, c.entry_id, g.state::text
      FROM given g
      LEFT JOIN fresh f ON f.number = g.number
      LEFT JOIN claimed c ON c.entry_id = f.id
     ORDER BY g.number;
END $$;

-- Who closes a period has its lock alone, from the change of its state to the end.
CREATE OR REPLACE FUNCTION ledger_keep_period() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'period % is closed and stays as it is: correct it in the open period', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_closed_period_never_changes';
    END IF;
    IF NEW.id <> OLD.id OR (NEW.days, NEW.code) IS DISTINCT FROM (OLD.days, OLD.code)
       AND (EXISTS (SELECT FROM ledger_settlement s WHERE s.period_id = OLD.id)
            OR EXISTS (SELECT FROM ledger_settlementline l WHERE l.activity_period_id = OLD.id)
            OR EXISTS (SELECT FROM ledger_journalentry e WHERE e.period_id = OLD.id)) THEN
        RAISE EXCEPTION 'period % has settlements or entries: its code and days are fixed', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_settled_period_keeps_its_days';
    END IF;
    IF NEW.state <> OLD.state THEN
        PERFORM pg_advisory_xact_lock(hashtext('ledger_period'), OLD.id::int);
    END IF;
    RETURN NEW;
END $$;

-- Who has posted stays known.
CREATE FUNCTION ledger_keep_poster() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_journalentry e WHERE e.posted_by_id = OLD.id) THEN
        RAISE EXCEPTION 'user % has posted entries: deactivate instead', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_poster_stays_known';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ledger_keep_poster BEFORE DELETE ON organisation_user
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_poster();

-- Statement lines come by the shard that calculates them, and name what there is.
CREATE OR REPLACE FUNCTION ledger_guard_statement_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE wrong record;
BEGIN
    SELECT n.settlement_id INTO wrong
      FROM (SELECT DISTINCT settlement_id, shard_id, scheme_id FROM new_rows) n
      LEFT JOIN ledger_settlement s ON s.id = n.settlement_id AND s.scheme_id = n.scheme_id
      LEFT JOIN ledger_settlementshard h ON h.id = n.shard_id AND h.settlement_id = s.id
     WHERE s.state IS DISTINCT FROM 'calculating' OR h.state IS DISTINCT FROM 'waiting' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'statement lines are written only while their settlement is calculating'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_statement_line_while_calculating';
    END IF;

    SELECT 1 INTO wrong WHERE EXISTS (
        SELECT FROM (SELECT DISTINCT department_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT FROM organisation_department d WHERE d.id = n.department_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT activity_period_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT FROM ledger_accountingperiod p WHERE p.id = n.activity_period_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT price_id FROM new_rows WHERE price_id IS NOT NULL) n
         WHERE NOT EXISTS (SELECT FROM pricing_carbonprice p WHERE p.id = n.price_id)
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT incentive_rate_id AS id FROM new_rows
                      WHERE incentive_rate_id IS NOT NULL) n
         WHERE NOT EXISTS (SELECT FROM pricing_incentiverate r WHERE r.id = n.id)
    ) OR EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN ledger_account q ON q.id = n.quantity_account_id
          LEFT JOIN ledger_account m ON m.id = n.money_account_id
         WHERE n.quantity_account_id IS NOT NULL AND q.id IS NULL
            OR n.money_account_id IS NOT NULL AND m.id IS NULL);
    IF FOUND THEN
        RAISE EXCEPTION 'a statement line names a department, period, price or account that there is not'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_statement_line_names_what_there_is';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_guard_settled_records() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT line_id, scheme_id FROM new_rows) n
                 LEFT JOIN ledger_settlementline l ON l.id = n.line_id
                 LEFT JOIN ledger_settlement s ON s.id = l.settlement_id
                WHERE s.state IS DISTINCT FROM 'calculating'
                   OR l.scheme_id <> n.scheme_id) THEN
        RAISE EXCEPTION 'a record is settled by a line of its own scheme, while it is calculating'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_settled_while_calculating';
    END IF;
    RETURN NULL;
END $$;

-- Lines are looked for in their own partition.
CREATE OR REPLACE FUNCTION hashes_of_entries(of_period bigint, after_entry bigint)
RETURNS TABLE (entry_id bigint, hashes bytea) LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT e.id, sha256(convert_to(concat_ws('|',
           e.id, e.period_id, to_char(e.entry_date, 'YYYY-MM-DD'),
           to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.recorded_xid, coalesce(e.settlement_id::text, ''), coalesce(e.department_id::text, ''),
           coalesce(e.activity_period_id::text, ''), coalesce(e.reverses_id::text, ''),
           e.posted_by_id,
           octet_length(e.source_type), e.source_type, octet_length(e.source_id), e.source_id,
           octet_length(e.purpose), e.purpose, octet_length(e.description), e.description),
           'UTF8')) || coalesce(l.hashes, '')
  FROM ledger_journalentry e
  LEFT JOIN (SELECT l.entry_id,
                    string_agg(sha256(convert_to(concat_ws('|',
                        l.id, l.account_id, l.commodity_id, l.debit, l.credit), 'UTF8')),
                        '' ORDER BY l.id) AS hashes
               FROM ledger_journalline l WHERE l.period_id = of_period AND l.entry_id > after_entry
              GROUP BY l.entry_id) l ON l.entry_id = e.id
 WHERE e.period_id = of_period AND e.id > after_entry
$$;

-- A period is sealed by joins of whole sets, whatever the planner expects of a new partition.
ALTER FUNCTION ledger_seal_entries_after(bigint, bigint) SET enable_nestloop = off;

-- No temporary table stands in for a real one: guards look in this schema first.
DO $$
DECLARE guard regprocedure;
BEGIN
    FOR guard IN SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'ledger\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
    END LOOP;
END $$;
