DROP TRIGGER pricing_approved_text_never_edited ON pricing_schemetext;
DROP FUNCTION pricing_keep_text();
