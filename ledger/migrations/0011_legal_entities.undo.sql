CREATE OR REPLACE FUNCTION hashes_of_accounts() RETURNS TABLE (account_id bigint, sha256 bytea)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT a.id, sha256(convert_to(concat_ws('|', a.id, a.code, a.kind, a.commodity_id, c.exponent,
           coalesce(a.scheme_id::text, ''), coalesce(a.department_id::text, ''),
           coalesce(a.scope::text, ''), coalesce(a.category::text, ''), a.durability_class), 'UTF8'))
  FROM ledger_account a LEFT JOIN ledger_commodity c ON c.code = a.commodity_id
$$;
DROP TRIGGER ledger_guard_lines_by_entity ON ledger_journalline;
DROP FUNCTION ledger_guard_lines_by_entity();
DROP TRIGGER ledger_guard_accounts ON ledger_account;
DROP FUNCTION ledger_guard_accounts();
