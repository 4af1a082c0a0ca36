-- Money lines in the currency of the books they are in, where that is another: each line rounded
-- half away from zero, and what is then over taken from those that were rounded furthest, one minor
-- unit each, as in pricing.conversion. Over whole entries, whatever part of them is asked for.
, rate AS MATERIALIZED (
    SELECT le.id AS legal_entity_id, r.commodity, r.day, r.currency, r.exponent, r.rate, r.rate_on,
           r.rate * power(10::numeric, r.exponent - c.exponent) AS factor,
           round(0::numeric, r.exponent)::text AS zero
      FROM jsonb_to_recordset(%(rates)s::jsonb) AS r (legal_entity text, commodity text, day date,
           currency text, exponent integer, rate numeric, rate_on date)
      JOIN organisation_legalentity le ON le.code = r.legal_entity
      JOIN ledger_commodity c ON c.code = r.commodity
), converted AS MATERIALIZED (
    SELECT w.line_id, w.currency, trim_scale(w.rate)::text AS rate, w.rate_on::text AS rate_on,
           CASE WHEN w.amount >= 0 THEN w.amount::text WHEN w.amount < 0 THEN w.zero END AS debit,
           CASE WHEN w.amount < 0 THEN (-w.amount)::text WHEN w.amount >= 0 THEN w.zero END AS credit
      FROM (SELECT line_id, currency, rate, rate_on, zero,
                   round((whole - CASE WHEN place <= abs(excess) THEN sign(excess) ELSE 0 END)
                         * power(10::numeric, -exponent), exponent) AS amount
              FROM (SELECT v.*, row_number() OVER (
                               PARTITION BY entry_id, legal_entity_id, commodity
                               ORDER BY sign(excess) * (whole - exact) DESC, line_id) AS place
                      FROM (SELECT u.*, sum(whole) OVER part - round(sum(exact) OVER part) AS excess
                              FROM (SELECT l.id AS line_id, l.entry_id, r.*,
                                           (l.debit - l.credit) * r.factor AS exact,
                                           round((l.debit - l.credit) * r.factor) AS whole
                                      FROM ledger_journalline l
                                      JOIN ledger_journalentry e
                                        ON e.id = l.entry_id AND e.period_id = l.period_id
                                      JOIN ledger_account a ON a.id = l.account_id
                                      LEFT JOIN place ON place.id = e.department_id
                                                     AND place.in_force @> e.entry_date
                                      JOIN rate r
                                        ON r.legal_entity_id
                                           = coalesce(a.legal_entity_id, place.legal_entity_id)
                                       AND r.commodity = l.commodity_id AND r.day = e.entry_date
                                     WHERE l.id <= %(through_line_id)s
                                       AND (%(entry_id)s::bigint IS NULL OR e.id = %(entry_id)s)
                                       AND (%(period)s::text IS NULL OR l.period_id = (
                                            SELECT id FROM ledger_accountingperiod
                                             WHERE code = %(period)s))) u
                            WINDOW part AS (PARTITION BY entry_id, legal_entity_id, commodity)) v
                   ) x) w
)
