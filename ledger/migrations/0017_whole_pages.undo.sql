DROP FUNCTION ledger_lines_are_whole_through();
DROP TRIGGER ledger_say_what_is_written ON ledger_journalline;
DROP FUNCTION ledger_say_what_is_written();
