"""Calculates. A figure or text of a disclosure, with the arithmetic and the lines behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from ledger.disclosure.facts import SchemeFacts, Settled, Text, tonnes, total

BASES = {
    "settled": "on the basis that is charged",
    "location": "location-based",
    "market": "market-based",
}


class Origin(StrEnum):
    """Where a value comes from, so that nobody takes one kind for another."""

    SETTLED = "settled"  # posted statement lines
    RULE = "rule"  # the scheme's terms and approved prices
    TEXT = "text"  # an approved text of the scheme
    APPROVED = "approved"  # approved results that no settlement has posted
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Source:
    """Posted statement lines behind a figure: whose they are, and what they come to."""

    scheme: str
    scheme_id: int
    lines: Settled


@dataclass(frozen=True, slots=True)
class Answer:
    """The value of one cell; a Decimal is exact or rounded as its arithmetic says."""

    value: Decimal | str | None
    origin: Origin
    unit: str = ""
    arithmetic: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def shown(self) -> str:
        """As people read it: grouped, `–` where there is nothing."""
        if self.value is None:
            return "–"
        return shown(self.value) if isinstance(self.value, Decimal) else self.value


def missing(why: str) -> Answer:
    """No value, and why."""
    return Answer(None, Origin.MISSING, arithmetic=(why,))


def of_rule(value: str, *arithmetic: str) -> Answer:
    """What the scheme's own terms say."""
    return Answer(value, Origin.RULE, arithmetic=arithmetic)


def of_text(scheme: SchemeFacts, topic: str) -> Answer:
    """What an approved text says on a topic."""
    found: Text | None = scheme.texts.get(topic)
    if found is None:
        return missing(
            f"{scheme.code} has no approved text on “{topic}” on the last day of the year. Propose "
            "one and let another person approve it."
        )
    return Answer(found.text, Origin.TEXT, arithmetic=(found.about,))


def added_up(scheme: SchemeFacts, lines: Iterable[Settled], *, basis: str = "settled") -> Answer:
    """The tonnes of settled lines on a basis, exact, with the sum printed."""
    kept = sorted(lines, key=lambda each: (each.scope or 0, each.category or 0, each.period))
    parts = [tonnes(quantity(each, basis)) for each in kept]
    terms = " + ".join(
        f"{shown(part)} t ({named(each)})" for part, each in zip(parts, kept, strict=True)
    )
    value = total(parts)
    sentence = f"{terms or '0 t: no line'} = {shown(value)} t, {BASES[basis]}"
    if basis == "settled" and any(each.scope == 2 for each in kept):
        sentence += f" (Scope 2: {scheme.scope2_basis}-based)"
    return Answer(value, Origin.SETTLED, "tCO2e", (f"{sentence}.",), sources_of(scheme, kept))


def share(part: Answer, whole: Answer, *, places: int) -> Answer:
    """Per cent, half away from zero; of nothing there is none."""
    assert isinstance(part.value, Decimal)
    assert isinstance(whole.value, Decimal)
    if not whole.value:
        return missing("Nothing was settled, so that there is no share of it.")
    value = percent(part.value, whole.value, places)
    sentence = f"{shown(part.value)} t ÷ {shown(whole.value)} t × 100 = {value} %"
    return Answer(
        value,
        Origin.SETTLED,
        "%",
        (*part.arithmetic, *whole.arithmetic, f"{sentence}, rounded half away from zero."),
        whole.sources,
    )


def percent(part: Decimal, whole: Decimal, places: int) -> Decimal:
    """`part` of `whole` in per cent with so many decimals, half away from zero."""
    return (part * 100 / whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def sources_of(scheme: SchemeFacts, lines: Iterable[Settled]) -> tuple[Source, ...]:
    """Lines with the scheme that settled them."""
    return tuple(Source(scheme.code, scheme.id, each) for each in lines)


def quantity(lines: Settled, basis: str) -> Decimal:
    """kgCO2e of settled lines on a basis."""
    return {
        "settled": lines.settled_kgco2e,
        "location": lines.location_kgco2e,
        "market": lines.market_kgco2e,
    }[basis]


def place(scope: int | None, category: int | None, durability_class: str = "") -> str:
    """`Scope 3 category 6`; a removal is its durability class."""
    if scope is None:
        return f"removals, {durability_class}"
    return f"Scope {scope}" + (f" category {category}" if category else "")


def named(lines: Settled) -> str:
    """What lines are of, as a term of a sum says it."""
    price = lines.price_per_tonne
    return (
        f"{place(lines.scope, lines.category, lines.durability_class)}, {lines.period}"
        + (f", at {shown(price)}" if price is not None else f", {lines.kind}")
        + f", {counted(lines.line_count)}"
    )


def counted(line_count: int) -> str:
    """`1 line`, `4 lines`."""
    return f"{line_count:,} line" + ("" if line_count == 1 else "s")


def shown(value: Decimal) -> str:
    """Grouped, every digit, no idle zeros: 144960.000000 → 144,960."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
