"""Calculates. Whose rows the database shows to this thread; `config.database` tells it.

A web request has a sight from its first query to its last; a worker or a command has none here,
and declares itself by the options of its connection.
"""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass

ALL = "all"


@dataclass(frozen=True, slots=True)
class Sight:
    """The departments whose rows are shown (None: all), and who looks: a person, maybe by a key."""

    department_ids: Collection[int] | None
    person_id: int | None = None
    key_id: int | None = None

    @property
    def sees(self) -> str:
        """As the policies read it in `carbon.sees`."""
        if self.department_ids is None:
            return ALL
        return ",".join(str(department_id) for department_id in sorted(self.department_ids))

    @property
    def person(self) -> str:
        """As the policies read it in `carbon.person`."""
        return "" if self.person_id is None else str(self.person_id)


NOTHING = Sight(())
_current: ContextVar[Sight | None] = ContextVar("sight", default=None)


def current() -> Sight | None:
    """This thread's sight; None: nobody said, what the connection brings counts."""
    return _current.get()


def see(sight: Sight | None) -> None:
    """What counts from the next transaction on; one that runs keeps what it began with."""
    _current.set(sight)
