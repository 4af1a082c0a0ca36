-- How many disputes there are of a period's bills, and how many wait. Its lines are found first: a join
-- would read the disputes of all periods.
SELECT count(*), count(*) FILTER (WHERE state = 'open')
  FROM ledger_dispute
 WHERE line_id = ANY (ARRAY(
       SELECT l.id FROM ledger_settlement s JOIN ledger_settlementline l ON l.settlement_id = s.id
        WHERE s.period_id = %(period_id)s))
