#!/usr/bin/env python
"""Runs a command, with the engines it needs, as the database role it needs."""

import os
import sys

from config import engines

WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "findstatic",
    "generate_company",
    "help",
    "makemessages",
    "shell_completion",
    "spectacular",
    "startapp",
    "version",
}
AS_OWNER = {
    "create_database_roles",
    "dbshell",
    "flush",
    "makemigrations",
    "migrate",
    "sandbox",
    "sqlmigrate",
}
WITHOUT_WORK = {"-h", "--help", "--version", "--print-sql"}


def needs_database(arguments: list[str]) -> bool:
    """Whether the command line does more than show something or work on files."""
    if not arguments or WITHOUT_WORK & set(arguments):
        return False
    if arguments[0] == "sweet_spot":
        return not any(argument.startswith("--panel") for argument in arguments)
    return arguments[0] not in WITHOUT_DATABASE or "--database" in arguments


def main() -> None:
    """Every command begins here."""
    arguments = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["CFL_DATABASE_ROLE"] = "owner" if AS_OWNER & set(arguments[:1]) else "app"
    os.environ["CFL_DATABASE_SEES"] = "nothing" if arguments[:1] == ["runserver"] else "all"
    if needs_database(arguments):
        try:
            engines.ensure()
        except engines.EnginesUnavailable as error:
            sys.exit(str(error))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
