DROP TRIGGER ledger_dispute_never_deleted ON ledger_dispute;
DROP TRIGGER ledger_keep_dispute ON ledger_dispute;
DROP TRIGGER ledger_begin_dispute ON ledger_dispute;
DROP FUNCTION ledger_refuse_dispute_loss();
DROP FUNCTION ledger_keep_dispute();
DROP FUNCTION ledger_begin_dispute();
