DROP TRIGGER organisation_count_disabled ON organisation_user;
DROP FUNCTION organisation_count_disabled();
