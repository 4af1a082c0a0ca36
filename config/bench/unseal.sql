-- The owner takes every seal off again and opens the periods, so that all of it can be sealed anew.
SET session_replication_role = replica;
TRUNCATE ledger_entryseal, ledger_accountseal, ledger_periodseal;
UPDATE ledger_accountingperiod SET state = 'open', closed_by_id = NULL, closed_at = NULL
 WHERE state = 'closed';
SET session_replication_role = origin;
