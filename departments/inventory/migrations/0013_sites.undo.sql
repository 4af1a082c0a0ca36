DROP TRIGGER inventory_site_code_never_changes ON inventory_site;
DROP FUNCTION inventory_keep_site_code();
DROP TRIGGER inventory_reading_never_edited ON inventory_sitereading;
DROP FUNCTION inventory_keep_reading();
