DROP TRIGGER ledger_guard_lines_of_fund ON ledger_journalline;
DROP FUNCTION ledger_guard_lines_of_fund();
DROP FUNCTION ledger_fund_holds(bigint);
DROP TRIGGER ledger_grant_is_paid_as_awarded ON ledger_postedsource;
DROP FUNCTION ledger_guard_grants();
DROP FUNCTION ledger_grant_is_booked(bigint, bigint, bigint, bigint, bigint);
