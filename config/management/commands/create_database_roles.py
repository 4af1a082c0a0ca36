"""Door. Make the roles of the database, and the database, as far as they are not there."""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connection, transaction
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import encrypt_password, quote_ident

from config import engines
from config.audit_trail import renew_audit_trail
from config.engines.roles import ROLES, Role, database_statement, script
from config.grants import renew_grants
from config.row_security import renew_row_security

TEACHING = """
The roles:

{roles}

It connects with DATABASE_OWNER_URL, as a superuser or as a role with CREATEROLE; the backup's role
takes BYPASSRLS and the right to give pg_read_all_data away as well. The database is the one that
DATABASE_URL names; until it is there, connect to another one, such as postgres. Without URLs it
works on the embedded server, which makes the same roles when it first starts.

Passwords come from the environment, are hashed here and never printed:

  {passwords}

A role whose variable is missing keeps the password it has; a new one then has none, and signs in
only where the server asks for none.

Example:

  export DATABASE_URL=postgres://carbon_app:…@db.example/carbon
  DATABASE_OWNER_URL=postgres://postgres:…@db.example/postgres \\
      CFL_APP_PASSWORD=… CFL_OWNER_PASSWORD=… manage.py create_database_roles
  DATABASE_OWNER_URL=postgres://carbon_owner:…@db.example/carbon manage.py migrate

  manage.py create_database_roles --print-sql      for an administrator, to run with psql

Run it again whenever you like: it changes only what is missing or what a role can do too much.
The grants on tables are renewed here, if there are tables, and after each migrate.

Exit codes: 0 done, 1 refused (the message says what an administrator has to run), 2 wrong usage.
"""
VARIABLES = {
    engines.OWNER_ROLE: "CFL_OWNER_PASSWORD",
    engines.APP_ROLE: "CFL_APP_PASSWORD",
    engines.READER_ROLE: "CFL_READER_PASSWORD",
    engines.BACKUP_ROLE: "CFL_BACKUP_PASSWORD",
}
_STATE = """
    SELECT (r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolbypassrls)::text,
           (SELECT array_agg(roleid::regrole::text) FROM pg_auth_members WHERE member = r.oid)
      FROM pg_roles r WHERE r.rolname = %s
"""


class Command(BaseCommand):
    help = "Make the owner's, the application's, the reader's and the backup's role."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        roles = "\n".join(f"  {role.name:14} {role.purpose}" for role in ROLES)
        passwords = "  ".join(VARIABLES.values())
        epilog = TEACHING.format(roles=roles, passwords=passwords)
        return super().create_parser(prog_name, subcommand, epilog=epilog, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument(
            "--print-sql",
            action="store_true",
            help="print it all for psql instead, passwords left out; nothing is connected to",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_sql"]:
            self.stdout.write(script(_database()))
            return
        self.verbosity = options["verbosity"]
        refused = [statement for role in ROLES for statement in self._make(role)]
        refused += self._make_database(_database())
        if not refused:
            self._renew_grants()
            return
        raise CommandError(
            "This role may not do the following. Let a superuser run it, for example with psql, "
            "then call this command again:\n\n" + "\n".join(f"{line};" for line in refused),
            returncode=1,
        )

    def _make(self, role: Role) -> list[str]:
        """Make a role. Returns: the statements that take more rights than we have."""
        before = _state(role)
        statements = role.statements()
        while statements and _executed(statements[0]):
            del statements[0]
        done = "made" if before is None else "as it was" if before == _state(role) else "changed"
        if statements:
            done = "unfinished"
        elif password := os.environ.get(VARIABLES[role.name]):
            _set_password(role, password)
            done += ", password set"
        self._say(f"{role.name:14} {done:23} {role.purpose}")
        return statements

    def _make_database(self, name: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is not None:
                return []
        statement = database_statement(name)
        if not _executed(statement):
            return [statement]
        self._say(f"{name:14} {'made':23} the database")
        return []

    def _renew_grants(self) -> None:
        if "django_migrations" not in connection.introspection.table_names():
            self._say("No tables here yet: `manage.py migrate` makes them and gives the grants.")
            return
        if not _acts_for_owner():
            self._say("The tables belong to another role: its `manage.py migrate` renews grants.")
            return
        renew_audit_trail(using=DEFAULT_DB_ALIAS)
        renew_row_security(using=DEFAULT_DB_ALIAS)
        renewed = renew_grants(using=DEFAULT_DB_ALIAS)
        self._say(f"Grants on the tables renewed for {' and '.join(renewed)}.")

    def _say(self, line: str) -> None:
        if self.verbosity:
            self.stdout.write(line)


def _database() -> str:
    """The application's database, which may not be the one we are connected to."""
    url = os.environ.get("DATABASE_URL")
    return str(environ.Env().db_url("DATABASE_URL")["NAME"]) if url else engines.DATABASE


def _state(role: Role) -> object:
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [role.name])
        return cursor.fetchone()


def _acts_for_owner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(tableowner, 'USAGE') FROM pg_tables "
            "WHERE schemaname = current_schema() AND tablename = 'django_migrations'"
        )
        return bool(cursor.fetchone()[0])


def _executed(statement: str) -> bool:
    """Run it; False if it takes rights that we lack."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            return False
        raise
    return True


def _set_password(role: Role, password: str) -> None:
    """Send the hash alone: statements may be logged."""
    with transaction.atomic(), connection.cursor() as cursor:
        scope = connection.connection
        hashed = encrypt_password(password, role.name, scope, "scram-sha-256")
        cursor.execute(f"ALTER ROLE {quote_ident(role.name, scope)} PASSWORD %s", [hashed])
