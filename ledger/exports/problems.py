"""Calculates. What keeps a file from leaving: each problem once, with the number of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from departments.organisation.said import said


@dataclass(slots=True)
class Problems:
    """Problems in the order they were met."""

    met: dict[str, list[int]] = field(default_factory=dict)

    def add(self, words: str, entry_id: int) -> None:
        """A line of an entry has this problem."""
        found = self.met.setdefault(words, [0, entry_id])
        found[0] += 1

    def listed(self) -> list[str]:
        """Each in words, with its number of lines and the first entry that has it."""
        return [
            said("%(words)s (1 line, first in entry %(first)s)", words=words, first=first)
            if count == 1
            else said(
                "%(words)s (%(count)s lines, first in entry %(first)s)",
                words=words,
                count=f"{count:,}",
                first=first,
            )
            for words, (count, first) in self.met.items()
        ]
