DROP TRIGGER inventory_import_never_edited ON inventory_importbatch;
DROP FUNCTION inventory_keep_import();
