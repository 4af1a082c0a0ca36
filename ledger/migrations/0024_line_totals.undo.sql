DROP TRIGGER ledger_sum_new_lines ON ledger_settlementline;
DROP TRIGGER ledger_sum_no_lines ON ledger_settlementline;
DROP FUNCTION ledger_sum_new_lines();
DROP FUNCTION ledger_forget_line_totals();
