"""Calculates. What can be wrong in a SQL statement of money: every single small change of it.

Signs, comparisons, numbers, conditions, bounds, rounding, order, NULLs and sides. Literals,
comments, the places of values and what only steers planning stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tests.mutation.mutants import Edit, Mutant, mutants_of
from tests.mutation.sql_tokens import Token, tokens_of

Rule = Callable[[Sequence[Token], int], Iterator[Edit]]

SIGNS = {
    "+": ["-"],
    "-": ["+"],
    "*": ["/"],
    "/": ["*"],
    "%": ["/"],
    "%%": ["/"],
    "<": ["<=", ">"],
    "<=": ["<", ">="],
    ">": [">=", "<"],
    ">=": [">", "<="],
    "=": ["<>"],
    "<>": ["="],
}
KEYWORDS = {
    "AND": "OR",
    "OR": "AND",
    "ASC": "DESC",
    "DESC": "ASC",
    "TRUE": "false",
    "FALSE": "true",
}
FUNCTIONS = {
    "MIN": "max",
    "MAX": "min",
    "SUM": "max",
    "LEAST": "greatest",
    "GREATEST": "least",
    "ROUND": "trunc",
    "CEIL": "floor",
    "FLOOR": "ceil",
    "ABS": "",
    "LOWER": "upper",
    "UPPER": "lower",
}
PAIRS = [
    ("debit", "credit"),
    ("debits", "credits"),
    ("location_mgco2e", "market_mgco2e"),
    ("location_kgco2e", "market_kgco2e"),
    ("starts_on", "ends_before"),
    ("quantity_account_id", "money_account_id"),
    ("fund_id", "atmosphere_id"),
]
SIDES = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
OPERANDS = ("word", "number", "literal", "place")
BEFORE_SIGN = {"SELECT", "THEN", "ELSE", "WHEN", "AND", "OR", "BY", "RETURN", "CASE", "NOT"}
OPENERS = {"WHERE", "ON", "HAVING", "WHEN", "IF"}
LEFT_ENDS = OPENERS | {"SELECT", ",", "AND", "OR", "THEN", "ELSE", ";", "BY", ":="}
RIGHT_ENDS = {
    *("AND", "OR", "GROUP", "ORDER", "LIMIT", "OFFSET", "UNION", "LEFT", "JOIN", "CROSS", "HAVING"),
    *("RETURNING", "THEN", "AS", "FOR", "ON", "WHERE", "LOOP", "USING", "END", "WHEN", "ELSE"),
    *(";", ","),
}
ORDER_ENDS = {"LIMIT", "OFFSET", "FOR", "LOOP", "ON", "UNION", "RETURNING", "GROUP", ";"}


def mutate(file: str, sql: str, inside: str = "") -> list[Mutant]:
    """Every mutant of a statement."""
    return list(mutants_of(file, sql, ((edit, inside) for edit in edits_of(sql))))


def edits_of(sql: str) -> Iterator[Edit]:
    """Every single change, in the order of the text."""
    tokens = tokens_of(sql)
    steering = [
        (tokens[first].start, tokens[last].end)
        for i in range(len(tokens))
        for first, last in _steering(tokens, i)
    ]
    for i in range(len(tokens)):
        for rule in RULES:
            for edit in rule(tokens, i):
                if not any(start <= edit.start and edit.end <= end for start, end in steering):
                    yield edit


def _steering(tokens: Sequence[Token], i: int) -> Iterator[tuple[int, int]]:
    """What tells PostgreSQL how to plan: settings, and whether rows are few. The first and last
    token of its statement, or of its term in a condition."""
    name, after = tokens[i].text, _text(tokens, i + 1)
    if name == "are_few" and after == "IS":
        yield i, i + 3
    elif (
        name == "set_config"
        or (name == "SET" and after == "LOCAL")
        or (name == "are_few" and after in ("CONSTANT", "BOOLEAN", ":="))
    ):
        first = last = i
        while first and tokens[first - 1].upper not in (";", "BEGIN", "DECLARE"):
            first -= 1
        while last + 1 < len(tokens) and tokens[last].upper != ";":
            last += 1
        yield first, last


def _change(token: Token, replacement: str) -> Edit:
    return Edit(token.start, token.end, replacement)


def _text(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].upper if 0 <= i < len(tokens) else ""


def _signs(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """+ and −, × and ÷, < and ≤, = and ≠; a minus that stands before its number is left out."""
    token = tokens[i]
    before, after = tokens[i - 1] if i else None, _text(tokens, i + 1)
    if token.kind != "sign" or token.text not in SIGNS or before is None:
        return
    if token.text == "*" and (before.upper in ("(", ".", ",", "SELECT") or after == ")"):
        return  # all columns
    stands_alone = before.kind not in OPERANDS and before.text not in (")", "]")
    if token.text == "-" and (stands_alone or before.upper in BEFORE_SIGN):
        yield _change(token, "")
        return
    for replacement in SIGNS[token.text]:
        yield _change(token, replacement)


def _words(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """AND and OR, min and max, round and trunc, true and false, debit and credit."""
    token = tokens[i]
    if token.kind != "word":
        return
    if token.upper in KEYWORDS:
        yield _change(token, KEYWORDS[token.upper])
    if token.upper in FUNCTIONS and _text(tokens, i + 1) == "(":
        yield _change(token, FUNCTIONS[token.upper])
    if token.text in SIDES:
        yield _change(token, SIDES[token.text])


def _numbers(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """One more and one less, except for the columns of GROUP BY and ORDER BY."""
    token = tokens[i]
    if token.kind != "number" or "." in token.text or _names_a_column(tokens, i):
        return
    yield _change(token, str(int(token.text) + 1))
    yield _change(token, str(int(token.text) - 1))


def _names_a_column(tokens: Sequence[Token], i: int) -> bool:
    while i and (tokens[i].kind == "number" or tokens[i].text == ","):
        i -= 1
    return tokens[i].upper in ("BY", "DESC") and tokens[i].depth == tokens[i + 1].depth


def _negations(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """NOT is left out or put in; IS DISTINCT FROM becomes <>, which a NULL never is."""
    token, after = tokens[i], _text(tokens, i + 1)
    if token.upper == "NOT":
        yield Edit(token.start, tokens[i + 1].start, "")
    if token.upper == "IS" and after in ("NULL", "TRUE", "FALSE"):
        yield _change(token, "IS NOT")
    if token.upper == "IS" and after == "DISTINCT":
        yield Edit(token.start, tokens[i + 2].end, "<>")
    if token.upper == "SELECT" and after == "DISTINCT":
        yield Edit(token.start, tokens[i + 1].end, token.text)


def _joins(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """An outer join becomes an inner one and the other way round; UNION ALL becomes UNION."""
    token, before, after = tokens[i], _text(tokens, i - 1), _text(tokens, i + 1)
    if token.upper == "LEFT" and after == "JOIN":
        yield Edit(token.start, tokens[i + 1].end, "JOIN")
    if token.upper == "JOIN" and before not in ("LEFT", "CROSS"):
        yield _change(token, "LEFT JOIN")
    if token.upper == "UNION" and after == "ALL":
        yield Edit(token.start, tokens[i + 1].end, "UNION")


def _nulls(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """coalesce(a, b) becomes a: of one value it is that value."""
    if tokens[i].upper != "COALESCE" or _text(tokens, i + 1) != "(":
        return
    outside = tokens[i + 1].depth
    close = next(j for j in range(i + 2, len(tokens)) if tokens[j].depth == outside)
    commas = (t for t in tokens[i + 2 : close] if t.text == "," and t.depth == outside + 1)
    for comma in commas:
        yield Edit(comma.start, tokens[close].start, "")
        return


def _order(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """What is sorted upwards is sorted downwards, key by key."""
    if tokens[i].upper != "BY" or _text(tokens, i - 1) != "ORDER":
        return
    depth = tokens[i].depth
    for j in range(i + 1, len(tokens) + 1):
        ends = j == len(tokens) or (
            tokens[j].depth < depth or (tokens[j].depth == depth and tokens[j].upper in ORDER_ENDS)
        )
        is_next = not ends and tokens[j].text == "," and tokens[j].depth == depth
        if (ends or is_next) and tokens[j - 1].upper not in ("DESC", "ASC"):
            yield Edit(tokens[j - 1].end, tokens[j - 1].end, " DESC")
        if ends:
            return


def _terms(tokens: Sequence[Token], i: int) -> Iterator[Edit]:
    """A term of a condition counts no more: true beside AND, false beside OR."""
    token = tokens[i]
    if token.upper not in OPENERS | {"AND", "OR"} or _is_no_condition(tokens, i):
        return
    sides = [_right(tokens, i)]
    if token.upper in ("AND", "OR"):
        sides.append(_left(tokens, i))
    for first, last in sides:
        around = {_text(tokens, first - 1), _text(tokens, last + 1)}
        values = ["false"] if "OR" in around else ["true"]
        if token.upper in ("WHEN", "IF") and "AND" not in around:
            values = ["true", "false"]
        for value in values:
            if first < last or (first == last and tokens[first].kind == "word"):
                yield Edit(tokens[first].start, tokens[last].end, value)


def _is_no_condition(tokens: Sequence[Token], i: int) -> bool:
    """ON COMMIT, ON CONFLICT, an index ON a table, DROP … IF EXISTS, IF in END IF."""
    before, after = _text(tokens, i - 1), _text(tokens, i + 1)
    return (
        after in ("COMMIT", "CONFLICT")
        or before in ("INDEX", "END", "TABLE")
        or (tokens[i].upper in OPENERS and after in ("TRUE", ";"))
    )


def _right(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The places of the first and last token of the term after a token."""
    depth = tokens[i].depth
    j = i + 1
    while j < len(tokens) and not (
        tokens[j].depth < depth or (tokens[j].depth == depth and tokens[j].upper in RIGHT_ENDS)
    ):
        j += 1
    return i + 1, j - 1


def _left(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    depth = tokens[i].depth
    j = i - 1
    while j >= 0 and not (
        tokens[j].depth < depth or (tokens[j].depth == depth and tokens[j].upper in LEFT_ENDS)
    ):
        j -= 1
    return j + 1, i - 1


RULES: list[Rule] = [_signs, _words, _numbers, _negations, _joins, _nulls, _order, _terms]
