DROP FUNCTION organisation_note_change() CASCADE;  -- with its triggers, on whichever tables they are
DROP FUNCTION organisation_write_event(text, jsonb, jsonb, text[], text[], text[]);
DROP FUNCTION organisation_key_of(jsonb, text[]);
DROP FUNCTION organisation_shown(jsonb, text[], text[]);
DROP FUNCTION organisation_trail_is_whole_through();
DROP TRIGGER organisation_trail_never_changes ON organisation_auditevent;
DROP FUNCTION organisation_keep_trail();
