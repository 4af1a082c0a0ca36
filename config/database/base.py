"""Writes. Django's PostgreSQL backend, told in each transaction whose rows it may show, and why.

The settings `carbon.…` end with their transaction, so that a connection that is kept never carries
them to the next request. A statement outside of a transaction gets one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.postgresql import base

from departments.organisation import sight

OPTIONS = f"-c carbon.sees={sight.ALL}"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin by saying whose rows they may show."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_in_a_transaction)

    def init_connection_state(self) -> None:
        """Refuse a pooler that drops the options: a command would prove books it doesn't see.

        Raises: ImproperlyConfigured.
        """
        super().init_connection_state()
        if OPTIONS in self.settings_dict["OPTIONS"].get("options", ""):
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('carbon.sees', true)")
                if cursor.fetchone() != (sight.ALL,):
                    raise ImproperlyConfigured(
                        "The server did not get the option carbon.sees=all, so that workers and "
                        "commands would see no rows. A pooler between may drop it: connect "
                        "without one, or let it pass `options` on."
                    )

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # the stubs lack it
        told = {} if autocommit else sight.told()
        if not told:
            return
        tell = ", ".join(["set_config(%s, %s, true)"] * len(told))
        try:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(f"SELECT {tell}", [part for pair in told.items() for part in pair])
        except BaseException:
            self.close()  # Django would believe that no transaction is open
            raise


def _in_a_transaction(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    connection = context["connection"]
    if connection.in_atomic_block or sight.current() is None:
        return execute(sql, params, many, context)
    with transaction.atomic(using=connection.alias):
        return execute(sql, params, many, context)
