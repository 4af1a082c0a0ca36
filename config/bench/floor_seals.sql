-- The limit of sealing: the hash chain of each period's entries and lines, as docs/method.md says,
-- by one aggregate, written nowhere. Its result must be the very chain that the seals hold.
CREATE OR REPLACE FUNCTION floor_chain_step(chain bytea, adds bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN sha256(coalesce(chain, '') || adds); END $$;
CREATE OR REPLACE AGGREGATE floor_chain(adds bytea) (SFUNC = floor_chain_step, STYPE = bytea);
DROP TABLE IF EXISTS floor_seal;
CREATE TABLE floor_seal AS
SELECT e.period_id, count(*) AS entries, sum(l.n)::bigint AS lines,
       floor_chain(int8send(e.id) || sha256(convert_to(concat_ws('|',
           e.id, e.period_id, to_char(e.entry_date, 'YYYY-MM-DD'),
           to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.recorded_xid, coalesce(e.settlement_id::text, ''), coalesce(e.department_id::text, ''),
           coalesce(e.activity_period_id::text, ''), coalesce(e.reverses_id::text, ''),
           e.posted_by_id,
           octet_length(e.source_type), e.source_type, octet_length(e.source_id), e.source_id,
           octet_length(e.purpose), e.purpose, octet_length(e.description), e.description),
           'UTF8')) || l.hashes ORDER BY e.id) AS chain
  FROM ledger_journalentry e
  JOIN (SELECT entry_id, count(*) AS n,
               string_agg(sha256(convert_to(concat_ws('|',
                   id, account_id, commodity_id, debit, credit), 'UTF8')), '' ORDER BY id) AS hashes
          FROM ledger_journalline GROUP BY entry_id) l ON l.entry_id = e.id
 GROUP BY e.period_id;
