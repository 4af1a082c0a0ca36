-- One entry with its lines.
WITH entry AS (
    INSERT INTO ledger_journalentry (
        entry_date, period_id, description, source_type, source_id, purpose, reverses_id,
        posted_by_id)
    VALUES (%(entry_date)s, %(period_id)s, %(description)s, %(source_type)s, %(source_id)s,
            %(purpose)s, %(reverses_id)s, %(posted_by)s)
    RETURNING id
), line AS (
    INSERT INTO ledger_journalline (entry_id, account_id, commodity_id, debit, credit)
    SELECT entry.id, l.account_id, l.commodity_id, l.debit, l.credit
      FROM entry, unnest(%(accounts)s::bigint[], %(commodities)s::text[], %(debits)s::bigint[],
                         %(credits)s::bigint[]) AS l(account_id, commodity_id, debit, credit)
)
SELECT id FROM entry
