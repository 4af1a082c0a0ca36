"""Writes. Keeps an uploaded file between its check and its confirmation, for an hour."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore

from departments.inventory.column_mapping.plan import ColumnPlan, plan_of
from departments.inventory.foreign_files.conversion import Conversion, convert
from departments.inventory.prepared_file import Reading

KEPT_SECONDS = 60 * 60
MARK = "portal_upload"
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ForeignReading:
    """Which program wrote a file, whose each owner in it is, and what all rows get."""

    file_format: str
    owners: dict[str, str]
    fixed: dict[str, str]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that waits for its confirmation; its name is shown, never opened."""

    name: str
    content: bytes
    department: str
    plan: ColumnPlan | None = None
    foreign: ForeignReading | None = None
    sheet: str = ""

    @property
    def reading(self) -> Reading:
        """How it is read."""
        return Reading(sheet=self.sheet, plan=self.plan)

    @property
    def converted(self) -> Conversion | None:
        """The rows of a file that another program wrote; None for any other file."""
        if self.foreign is None:
            return None
        return convert(
            self.content,
            file_format=self.foreign.file_format,
            owners={owner: {code: ONE} for owner, code in self.foreign.owners.items()},
            fixed=self.foreign.fixed,
        )


def keep(session: SessionBase, file: KeptFile) -> None:
    """Keep a file for the person of this session, in place of the one before.

    It lies in a session row of its own, so that other pages don't load it; it expires like one.
    """
    forget(session)
    row = SessionStore()
    row["file"] = {
        "name": file.name,
        "content": b64encode(file.content).decode("ascii"),
        "department": file.department,
        "plan": file.plan.content() if file.plan else None,
        "foreign": asdict(file.foreign) if file.foreign else None,
        "sheet": file.sheet,
    }
    row.set_expiry(KEPT_SECONDS)
    row.create()
    session[MARK] = row.session_key


def kept(session: SessionBase, *, department: str) -> KeptFile | None:
    """The file that waits for this department, if it is still there."""
    found = SessionStore(session_key=session.get(MARK)).get("file") if MARK in session else None
    if not found or found["department"] != department:
        return None
    plan = plan_of(found["plan"]) if found.get("plan") else None
    foreign = ForeignReading(**found["foreign"]) if found.get("foreign") else None
    content = b64decode(found["content"])
    sheet = found.get("sheet", "")
    return KeptFile(found["name"], content, found["department"], plan, foreign, sheet)


def forget(session: SessionBase) -> None:
    """Drop the file that waits, if there is one."""
    key = session.pop(MARK, None)
    if key:
        SessionStore(session_key=key).delete()
