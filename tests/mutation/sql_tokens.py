"""Calculates. The words of a SQL text that a mutation may touch; literals and comments are not."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<literal>[eE]?'(?:[^']|'')*'|"[^"]*")
      | (?P<place>%\(\w+\)s|%s|\{\w*\})
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_]\w*|\$\d+)
      | (?P<sign>::|:=|<>|<=|>=|!=|@>|<@|\|\||->>|->|%%|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, sign, literal or place for a value; how deep in brackets, and where."""

    kind: str
    text: str
    start: int
    depth: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def upper(self) -> str:
        """Its text for comparison with keywords; a literal is none."""
        return self.text.upper() if self.kind in ("word", "sign") else ""


def tokens_of(sql: str) -> list[Token]:
    """All tokens in their order, without white space and comments."""
    found: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(sql):
        kind, text = str(match.lastgroup), match.group()
        if kind == "space":
            continue
        depth -= text == ")"
        found.append(Token(kind, text, match.start(), depth))
        depth += text == "("
    return found
