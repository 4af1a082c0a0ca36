"""Calculates. A mutant: a text with one small change, and a name that outlives other edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """What stands between two places of a text, and what stands there instead."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file's text with one change, named by the lines that changed and not by their number."""

    file: str
    text: str
    was: str
    becomes: str
    nth: int = 1
    inside: str = ""  # the function that was changed, "" for none

    @property
    def name(self) -> tuple[str, str, str, int]:
        """What an explanation names; `nth` tells twins apart."""
        return (self.file, self.was, self.becomes, self.nth)


def mutants_of(file: str, text: str, edits: Iterable[tuple[Edit, str]]) -> Iterator[Mutant]:
    """Each edit, with the function it is in, as a mutant; no text twice."""
    seen, twins = {text}, Counter[tuple[str, str]]()
    for edit, inside in edits:
        mutated = text[: edit.start] + edit.replacement + text[edit.end :]
        if mutated in seen:
            continue
        seen.add(mutated)
        was, becomes = _lines_around(text, edit)
        twins[was, becomes] += 1
        yield Mutant(file, mutated, was, becomes, twins[was, becomes], inside)


def _lines_around(text: str, edit: Edit) -> tuple[str, str]:
    """The whole lines that an edit touches, before and after, each as one line."""
    first = text.rfind("\n", 0, edit.start) + 1
    last = text.find("\n", edit.end)
    last = len(text) if last < 0 else last
    after = text[first : edit.start] + edit.replacement + text[edit.end : last]
    return " ".join(text[first:last].split()), " ".join(after.split())
