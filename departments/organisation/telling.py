"""Calculates. Sentences that were made in English, in the language of who reads them.

One made by `said` remembers its pattern. One that was kept as text, because its bytes are hashed,
is known by the pattern that it was made by. What no pattern knows is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from django.utils.translation import get_language, gettext, override

from departments.organisation.said import Said, said, what_it_says

_PLACE = re.compile(r"%\((\w+)\)s")


def told_by(sentence: str, patterns: Iterable[str], again: frozenset[str] = frozenset()) -> str:
    """The sentence in the language in force; figures, codes and what people wrote stay.

    `again` names the places whose part is a sentence of its own.
    """
    if not sentence or (get_language() or "en").startswith("en"):
        return sentence
    if isinstance(sentence, Said):
        known = gettext(sentence.pattern)
        if sentence.parts:
            return known % {
                name: told_by(part, patterns, again) if isinstance(part, Said) else part
                for name, part in sentence.parts.items()
            }
        if known != sentence.pattern:
            return known
    for pattern in patterns:
        found = _shape(pattern, again).fullmatch(sentence)
        if found:
            parts = found.groupdict()
            return gettext(pattern) % {
                name: told_by(part, patterns, again) if name in again else part
                for name, part in parts.items()
            }
    return sentence


def label_said(label: object) -> Said:
    """The label of a choice in English, to be told again; `label` is translated when it is read."""
    with override("en"):
        return said(str(label))


def refusal_told(refusal: Exception) -> str:
    """What a refusal says, in the language in force; `str(refusal)` is its English, for files."""
    return told_by(what_it_says(refusal), ())


@cache
def _shape(pattern: str, again: frozenset[str]) -> re.Pattern[str]:
    """What the pattern makes, with a name for each of its places; one place may stand twice."""
    written: list[str] = []
    end, seen = 0, set[str]()
    for place in _PLACE.finditer(pattern):
        some = ".*?" if place[1] in again else ".+?"
        literal = pattern[end : place.start()].replace("%%", "%")
        named = f"(?P={place[1]})" if place[1] in seen else f"(?P<{place[1]}>{some})"
        written += [re.escape(literal), named]
        end = place.end()
        seen.add(place[1])
    return re.compile("".join(written) + re.escape(pattern[end:].replace("%%", "%")))
