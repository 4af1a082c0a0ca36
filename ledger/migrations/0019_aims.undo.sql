DROP TRIGGER ledger_approved_aim_never_edited ON ledger_climateaim;
DROP FUNCTION ledger_keep_approved_aim();
