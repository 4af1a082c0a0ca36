"""Calculates. Whose rows the database shows to this thread, and why; `config.database` tells it.

A web request has a sight from its first query to its last; a worker or a command has none here,
and declares itself by the options of its connection. The audit trail keeps for whom a transaction
worked, and its cause: a request's id, and a reason where somebody gave one.
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


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written: the request's id, the reason given, who asked a command for it."""

    request_id: str = ""
    reason: str = ""
    person_id: int | None = None


NOTHING = Sight(())
_current: ContextVar[Sight | None] = ContextVar("sight", default=None)
_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


def current() -> Sight | None:
    """This thread's sight; None: nobody said, what the connection brings counts."""
    return _current.get()


def see(sight: Sight | None) -> None:
    """What counts from the next transaction on; one that runs keeps what it began with."""
    _current.set(sight)


def cause() -> Cause:
    """What this thread said last of why it writes."""
    return _cause.get() or Cause()


def because(why: Cause | None) -> None:
    """What the trail keeps of transactions from now on; None: nothing is known."""
    _cause.set(why)


def told() -> dict[str, str]:
    """The settings that a transaction begins with; none, if nobody said anything."""
    seen, why = _current.get(), _cause.get()
    settings: dict[str, str] = {}
    if seen is not None:
        key = "" if seen.key_id is None else str(seen.key_id)
        settings |= {"sees": seen.sees, "person": seen.person, "key": key}
    if why is not None:
        settings |= {"request": why.request_id, "reason": why.reason}
        if why.person_id is not None and not settings.get("person"):
            settings["person"] = str(why.person_id)
    return {f"carbon.{name}": value for name, value in settings.items()}
