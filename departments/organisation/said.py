"""Calculates. Sentences in English that remember how they were made, to be told in other languages.

Files and programs take them for the English text that they are; `telling.told_by` tells them to
people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

_TWO = "%(part0)s %(part1)s"


class Said(str):
    """A sentence in English, with the pattern and the parts that it is made of."""

    __slots__ = ("parts", "pattern")
    pattern: str
    parts: Mapping[str, object]

    def __new__(cls, pattern: str, parts: Mapping[str, object] | None = None) -> Said:
        made = super().__new__(cls, pattern % parts if parts else pattern)
        made.pattern, made.parts = pattern, parts or {}
        return made


def said(pattern: str, **parts: object) -> Said:
    """A sentence by its pattern; a part that was said itself is told again, too."""
    return Said(pattern, parts)


def joined(separator: str, parts: Iterable[str]) -> Said:
    """Sentences or words in a row, each told by itself."""
    named = {f"part{number}": part for number, part in enumerate(parts)}
    return Said(separator.replace("%", "%%").join(f"%({name})s" for name in named), named)


def together(*sentences: str) -> Said:
    """Sentences one after another, such as a reason and what to do; empty ones are left out."""
    return joined(" ", filter(None, sentences))


def in_two(text: str) -> tuple[str, str]:
    """The two sentences that `together` made into one; of other texts the first and the rest."""
    if isinstance(text, Said) and text.pattern == _TWO:
        first, second = (part for part in text.parts.values() if isinstance(part, str))
        return first, second
    sentence, _, rest = text.partition(". ")
    return f"{sentence.rstrip('.')}.", rest


def word(text: str) -> Said:
    """A word of ours that is told by itself, such as a state; one that was said is left."""
    return text if isinstance(text, Said) else Said(text)


def what_it_says(refusal: Exception) -> Said:
    """What a refusal says, as it was made; `str(refusal)` forgets how."""
    first = refusal.args[0] if refusal.args else None
    return first if isinstance(first, Said) else Said(str(refusal))


def either(words: Iterable[str]) -> Said:
    """One of several: `finance or auditor`; nothing, where there are none.

    What was said is told; what people wrote, such as a unit or a code, stays as it is.
    """
    parts = [each if isinstance(each, Said) else joined("", [each]) for each in words] or [Said("")]
    return reduce(lambda one, other: said("%(one)s or %(other)s", one=one, other=other), parts)
