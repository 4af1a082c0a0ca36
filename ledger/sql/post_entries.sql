-- Entries with their lines, in one statement. A source that is claimed already is left alone: its
-- entry is the answer, or, where somebody claims it at this moment, there is none yet.
WITH given AS MATERIALIZED (
    SELECT g.*, p.id AS period_id, p.state, s.entry_id AS known_id
      FROM unnest(%(entry_dates)s::date[], %(descriptions)s::text[], %(source_types)s::text[],
                  %(source_ids)s::text[], %(purposes)s::text[], %(reverses)s::bigint[])
           WITH ORDINALITY AS g(entry_date, description, source_type, source_id, purpose,
                                reverses_id, number)
      LEFT JOIN ledger_accountingperiod p ON p.days @> g.entry_date
      LEFT JOIN ledger_postedsource s
        ON s.source_type = g.source_type AND s.source_id = g.source_id AND s.purpose = g.purpose
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
           f.reverses_id, %(posted_by)s
      FROM fresh f JOIN claimed c ON c.entry_id = f.id ORDER BY f.id
), line AS (
    INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
    SELECT f.id, f.period_id, l.account_id, l.commodity_id, l.debit, l.credit
      FROM fresh f
      JOIN claimed c ON c.entry_id = f.id
      JOIN unnest(%(numbers)s::int[], %(accounts)s::bigint[], %(commodities)s::text[],
                  %(debits)s::bigint[], %(credits)s::bigint[])
           WITH ORDINALITY AS l(number, account_id, commodity_id, debit, credit, place)
        ON l.number = f.number
     ORDER BY f.id, l.place
)
SELECT g.known_id, c.entry_id, g.state
  FROM given g
  LEFT JOIN fresh f ON f.number = g.number
  LEFT JOIN claimed c ON c.entry_id = f.id
 ORDER BY g.number
