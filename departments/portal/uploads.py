"""Writes. Keeps an uploaded file between its check and its confirmation, for an hour."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore

from departments.inventory.column_mapping.plan import ColumnPlan, plan_of
from departments.inventory.prepared_file import Reading

KEPT_SECONDS = 60 * 60
MARK = "portal_upload"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that waits for its confirmation; its name is shown, never opened."""

    name: str
    content: bytes
    department: str
    plan: ColumnPlan | None = None

    @property
    def reading(self) -> Reading:
        """How it is read."""
        return Reading(plan=self.plan)


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
    return KeptFile(found["name"], b64decode(found["content"]), found["department"], plan)


def forget(session: SessionBase) -> None:
    """Drop the file that waits, if there is one."""
    key = session.pop(MARK, None)
    if key:
        SessionStore(session_key=key).delete()
