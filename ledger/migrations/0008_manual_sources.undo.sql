DROP TRIGGER ledger_entry_by_hand_is_approved ON ledger_postedsource;
DROP FUNCTION ledger_guard_manual_sources();
