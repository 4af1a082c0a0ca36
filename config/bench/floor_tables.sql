-- Bare tables, made anew: no key, no index, no promise.
DROP TABLE IF EXISTS floor_entry, floor_line;
CREATE TABLE floor_entry (id bigint, entry_date date, department_id bigint, purpose text,
                          description text);
CREATE TABLE floor_line (id bigint, entry_id bigint, account bigint, commodity text, debit bigint,
                         credit bigint);
