DROP TRIGGER organisation_department_code_never_changes ON organisation_department;
DROP FUNCTION organisation_keep_department_code();
-- A key that sees nothing would see the whole company again.
UPDATE organisation_apikey SET revoked_at = coalesce(revoked_at, now())
 WHERE NOT is_company_wide
   AND id NOT IN (SELECT apikey_id FROM organisation_apikey_departments);
