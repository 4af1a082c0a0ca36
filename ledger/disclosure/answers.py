"""Calculates. A figure or text of a disclosure, with the arithmetic and the lines behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from departments.organisation.said import joined, said
from ledger.disclosure.facts import SchemeFacts, Settled, Text, tonnes, total

BASES = {
    "settled": said("on the basis that is charged"),
    "location": said("location-based"),
    "market": said("market-based"),
}
UNSETTLED = (
    "%(approved)s t approved − %(settled)s t settled by %(scheme)s = %(left)s t that no posted "
    "settlement has."
)


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
            said(
                "%(scheme)s has no approved text on “%(topic)s” on the last day of the year. "
                "Propose one and let another person approve it.",
                scheme=scheme.code,
                topic=topic,
            )
        )
    return Answer(found.text, Origin.TEXT, arithmetic=(found.about,))


def added_up(scheme: SchemeFacts, lines: Iterable[Settled], *, basis: str = "settled") -> Answer:
    """The tonnes of settled lines on a basis, exact, with the sum printed."""
    kept = sorted(lines, key=lambda each: (each.scope or 0, each.category or 0, each.period))
    parts = [tonnes(quantity(each, basis)) for each in kept]
    terms = [
        said("%(tonnes)s t (%(lines)s)", tonnes=shown(part), lines=named(each))
        for part, each in zip(parts, kept, strict=True)
    ]
    value = total(parts)
    form = "%(terms)s = %(total)s t, %(basis)s."
    if basis == "settled" and any(each.scope == 2 for each in kept):
        form = "%(terms)s = %(total)s t, %(basis)s (Scope 2: %(scope2)s)."
    sentence = said(
        form,
        terms=joined(" + ", terms) if terms else said("0 t: no line"),
        total=shown(value),
        basis=BASES[basis],
        scope2=BASES[scheme.scope2_basis],
    )
    return Answer(value, Origin.SETTLED, "tCO2e", (sentence,), sources_of(scheme, kept))


def share(part: Answer, whole: Answer, *, places: int) -> Answer:
    """Per cent, half away from zero; of nothing there is none."""
    assert isinstance(part.value, Decimal)
    assert isinstance(whole.value, Decimal)
    if not whole.value:
        return missing(said("Nothing was settled, so that there is no share of it."))
    value = percent(part.value, whole.value, places)
    sentence = said(
        "%(part)s t ÷ %(whole)s t × 100 = %(value)s %%, rounded half away from zero.",
        part=shown(part.value),
        whole=shown(whole.value),
        value=value,
    )
    arithmetic = (*part.arithmetic, *whole.arithmetic, sentence)
    return Answer(value, Origin.SETTLED, "%", arithmetic, whole.sources)


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
        return said("removals, %(durability)s", durability=said(durability_class))
    if category:
        return said("Scope %(scope)s category %(category)s", scope=scope, category=category)
    return said("Scope %(scope)s", scope=scope)


def named(lines: Settled) -> str:
    """What lines are of, as a term of a sum says it."""
    price = lines.price_per_tonne
    return said(
        "%(place)s, %(period)s, %(kind)s, %(lines)s",
        place=place(lines.scope, lines.category, lines.durability_class),
        period=lines.period,
        kind=said(lines.kind) if price is None else said("at %(price)s", price=shown(price)),
        lines=counted(lines.line_count),
    )


def counted(line_count: int) -> str:
    """`1 line`, `4 lines`."""
    return said("%(count)s line" if line_count == 1 else "%(count)s lines", count=f"{line_count:,}")


def shown(value: Decimal) -> str:
    """Grouped, every digit, no idle zeros: 144960.000000 → 144,960."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
