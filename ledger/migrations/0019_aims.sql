-- An approved aim is never edited or deleted; another one takes its place.

CREATE FUNCTION ledger_keep_approved_aim() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'aim % is approved and never edited: approve another in its place', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_approved_aim_never_edited';
END $$;

CREATE TRIGGER ledger_approved_aim_never_edited BEFORE UPDATE OR DELETE ON ledger_climateaim
    FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL) EXECUTE FUNCTION ledger_keep_approved_aim();
