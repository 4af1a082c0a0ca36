"""A step taken by a forked process that kills itself at a chosen SQL statement.

COMMIT counts as a statement. The process has the application's role, as a worker has.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from config import engines

Step = Callable[[], object]
SNAPSHOT = "as_it_was"
TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
       AND NOT relispartition
"""
inherited: list[Any] = []


@dataclass
class Killer:
    """Wraps every statement of the connection; SIGKILL before or after the one numbered `at`."""

    at: int
    after: bool
    count: int = 0

    def wrap(self) -> None:
        connection.ensure_connection()
        connection.execute_wrappers.append(self.execute)
        wrapper: Any = connection
        commit = wrapper._commit
        wrapper._commit = lambda: self.around(commit)

    def execute(self, execute: Any, sql: Any, values: Any, many: Any, context: Any) -> Any:
        return self.around(lambda: execute(sql, values, many, context))

    def around(self, statement: Callable[[], Any]) -> Any:
        self.count += 1
        if self.count == self.at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = statement()
        if self.count == self.at and self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


class Snapshot:
    """The rows of every table, kept in a schema of its own, and put back behind every guard."""

    def __init__(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TABLES)
            self.tables = [table for (table,) in cursor.fetchall()]
            cursor.execute(f"CREATE SCHEMA {SNAPSHOT}")
            for table in self.tables:
                cursor.execute(f"CREATE TABLE {SNAPSHOT}.{table} AS TABLE {table}")

    def restore(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in self.tables:
                cursor.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE {SNAPSHOT}.{table}")

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SNAPSHOT} CASCADE")


def is_killed(step: Step, *, at: int, after: bool) -> bool:
    """Take a step in a process of its own; whether it came to the statement that killed it."""

    def die() -> None:
        Killer(at, after).wrap()
        step()

    _, status = in_child(die)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert status == 0, "the step failed instead of being killed"
    return False


def take(step: Step) -> None:
    """Take a step to its end, in a process of its own."""
    text, status = in_child(step)
    assert status == 0, text


def in_child(work: Step) -> tuple[str, int]:
    """Fork, work in the child; why it failed, and its status."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work(work, writer)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    return text, os.waitpid(pid, 0)[1]


def _connect_anew() -> None:
    """Leave the parent's connection alone, and open one in the application's role."""
    inherited.append(connection.connection)  # kept: nobody may close it here
    connection.connection = None
    connection.settings_dict["USER"] = engines.APP_ROLE
    connection.settings_dict["OPTIONS"] = {"options": "-c carbon.sees=all"}  # as workers have it


def _work(work: Step, writer: int) -> None:
    """In the child: never return to whoever forked."""
    code = 1
    try:
        with os.fdopen(writer, "w") as said:
            try:
                _connect_anew()
                work()
                connection.close()
                code = 0
            except BaseException:
                said.write(traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(code)
