"""Calculates. The roles of the database, as SQL that may run any number of times.

The embedded server's first start, `manage.py create_database_roles` and the SQL that it prints for
an administrator are these statements. Each is one line, as `postgres --single` wants it.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.engines.places import APP_ROLE, BACKUP_ROLE, OWNER_ROLE, READER_ROLE

_READ_ONLY = "default_transaction_read_only=on"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who signs in to the database, and why."""

    name: str
    purpose: str
    sees_every_row: bool = False  # row-level security does not hold it back
    member_of: str = ""
    is_read_only: bool = False
    is_kept_down: bool = True  # takes away what would put it above the others

    def statements(self) -> list[str]:
        """Make it, unless it is there, and see to it that it can do what it is for, no more."""
        sees = "BYPASSRLS" if self.sees_every_row else "NOBYPASSRLS"
        made = [_unless(_found(self.name), f"CREATE ROLE {self.name} LOGIN {sees}")]
        if self.is_kept_down:
            flags = f"(false, false, false, {'true' if self.sees_every_row else 'false'})"
            is_right = _found(
                self.name, f"AND (rolsuper, rolcreaterole, rolcreatedb, rolbypassrls) = {flags}"
            )
            plain = f"ALTER ROLE {self.name} NOSUPERUSER NOCREATEROLE NOCREATEDB {sees}"
            made.append(_unless(is_right, plain))
        if self.member_of:
            is_member = f"SELECT WHERE pg_has_role('{self.name}', '{self.member_of}', 'MEMBER')"
            made.append(_unless(is_member, f"GRANT {self.member_of} TO {self.name}"))
        if self.is_read_only:
            made.append(
                _unless(_set(self.name, _READ_ONLY), f"ALTER ROLE {self.name} SET {_READ_ONLY}")
            )
        return made


ROLES = (
    Role(OWNER_ROLE, "owns the tables; migrations and nothing else", is_kept_down=False),
    Role(APP_ROLE, "web, workers and commands; owns nothing"),
    Role(READER_ROLE, "analysts and BI; reads the books, no secrets", is_read_only=True),
    Role(
        BACKUP_ROLE,
        "pg_dump; reads everything, writes nothing",
        sees_every_row=True,
        member_of="pg_read_all_data",
        is_read_only=True,
    ),
)


def role_statements() -> list[str]:
    """Every role's statements, the owner first."""
    return [statement for role in ROLES for statement in role.statements()]


def database_statement(name: str) -> str:
    """Make the database; it must not be there, and no transaction may be open."""
    quoted = '"' + name.replace('"', '""') + '"'
    return f"CREATE DATABASE {quoted} OWNER {OWNER_ROLE} ENCODING 'UTF8'"


def script(database: str) -> str:
    """The same for psql, with the passwords left to whoever runs it."""
    statements = [f"{statement};" for statement in role_statements()]
    is_there = f"SELECT FROM pg_database WHERE datname = $${database}$$"
    create = f"SELECT $$ {database_statement(database)} $$ WHERE NOT EXISTS ({is_there}) \\gexec"
    passwords = [f"\\password {role.name}" for role in ROLES]
    return "\n".join([*statements, create, *passwords])


def _found(name: str, more: str = "") -> str:
    return f"SELECT FROM pg_roles WHERE rolname = '{name}' {more}".strip()


def _set(name: str, setting: str) -> str:
    return (
        "SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole "
        f"WHERE r.rolname = '{name}' AND s.setdatabase = 0 AND '{setting}' = ANY (s.setconfig)"
    )


def _unless(there: str, statement: str) -> str:
    return f"DO $$ BEGIN IF NOT EXISTS ({there}) THEN {statement}; END IF; END $$"
