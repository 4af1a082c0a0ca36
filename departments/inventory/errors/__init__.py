"""What inventory refuses, in plain words: a module for what it is about, and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from departments.organisation.said import Said, joined, said, together

MOST_SHOWN = 20


class InventoryError(Exception):
    """Base of every refusal of inventory; `code` is stable, the message is for people."""

    code: ClassVar[str] = "inventory_error"
    http_status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in a file: where, what stands there, why it is refused, what to do.

    `line` counts from 1, the header; 0 is the file as a whole.
    """

    line: int
    column: str
    value: str
    reason: str
    hint: str

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        place = said("line %(line)s", line=self.line) if self.line else said("the file")
        return _placed(joined(", ", filter(None, (place, self.column))), self.value, self)


def _placed(place: str, value: str, problem: RowProblem | EntryRefused) -> Said:
    """Where, what stands there, and what is wrong with it."""
    text = together(problem.reason, problem.hint)
    if value:
        return said("%(place)s “%(value)s”: %(text)s", place=place, value=value, text=text)
    return said("%(place)s: %(text)s", place=place, text=text)


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Why one record of several can't take a step."""

    record_id: int
    code: str
    reason: str

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        return said("record %(id)s: %(reason)s", id=self.record_id, reason=self.reason)


def listed_problems(problems: Sequence[RowProblem | RecordProblem], found: int) -> Said:
    """The first problems, a line each, and how many more were found."""
    lines = [said("  %(problem)s", problem=each.sentence()) for each in problems[:MOST_SHOWN]]
    if found > len(lines):
        lines.append(said("  … and %(count)s more", count=found - len(lines)))
    return joined("\n", lines)


class EntryRefused(InventoryError):
    """One value that was entered can't be taken."""

    code = "entry_refused"
    http_status = 400

    def __init__(self, *, field: str, value: str, reason: str, hint: str) -> None:
        self.field, self.value, self.reason, self.hint = field, value, reason, hint
        super().__init__(_placed(field, value[:60], self))
