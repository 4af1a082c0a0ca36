DROP VIEW ledger_gl_in_force;
DROP TRIGGER ledger_keep_gl_mapping ON ledger_glmapping;
DROP FUNCTION ledger_keep_gl_mapping();
