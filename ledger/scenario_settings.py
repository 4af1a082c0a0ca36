"""Calculates. What a scenario changes about a year's rules; nothing changed is a neutral one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from departments.organisation.said import said
from ledger.errors.proposals import ScenarioInvalid

EVER = date.min.isoformat()
BASES = ("location", "market")
CLASSES = ("short", "medium", "long")
RULES_OF_DAYS = {"price_rules", "coverage", "incentive_rules", "event_rates", "abatement_rates"}


@dataclass(frozen=True, slots=True)
class ScenarioPrice:
    """A price per tonne in place of every other on what it covers: all, a scope, or a category."""

    price_per_tonne: Decimal
    scope: int | None = None
    category: int | None = None
    starts_on: date | None = None
    ends_before: date | None = None

    @property
    def rank(self) -> int:
        """Before every price of a scheme; a category before its scope, a scope before all."""
        specificity = 2 if self.scope is None else 1 if self.category is None else 0
        return specificity - 10


@dataclass(frozen=True, slots=True)
class Settings:
    """What is other than it was. `under` is the code of another scheme, whose rules count.

    `rules_on` is a day whose rules count for the whole period. `coverage` takes the place of the
    scheme's, `incentive_rates` (durability class, rate) and `prices` of those on the same.
    `factor_sets` are the codes of a release and of the one that takes its place.
    """

    under: str = ""
    rules_on: date | None = None
    prices: tuple[ScenarioPrice, ...] = ()
    coverage: tuple[tuple[int, int | None], ...] | None = None
    scope2_basis: str = ""
    incentive_rates: tuple[tuple[str, Decimal], ...] = ()
    factor_sets: tuple[str, str] | None = None

    @property
    def is_neutral(self) -> bool:
        """Whether nothing is other than it was."""
        return self == Settings()

    def content(self) -> dict[str, Any]:
        """As JSON keeps it: only what is changed, decimals and days as text."""
        found: dict[str, Any] = {
            "under": self.under,
            "rules_on": self.rules_on.isoformat() if self.rules_on else "",
            "prices": [_price_content(price) for price in self.prices],
            "scope2_basis": self.scope2_basis,
            "incentive_rates": {name: f"{rate:f}" for name, rate in self.incentive_rates},
            "factor_sets": list(self.factor_sets or ()),
        }
        changed = {name: value for name, value in found.items() if value}
        if self.coverage is not None:  # nothing at all is a coverage too
            changed["coverage"] = [_place(scope, category) for scope, category in self.coverage]
        return changed

    def arguments(self) -> list[str]:
        """As arguments of `manage.py replay`; prices in time are in a file, path.csv."""
        words = ["--under", self.under] if self.under else []
        if self.rules_on:
            words += ["--rules-on", self.rules_on.isoformat()]
        for price in self.prices:
            if price.starts_on is None:
                what = "" if price.scope is None else f"{_place(price.scope, price.category)}="
                words += ["--price", f"{what}{price.price_per_tonne:f}"]
        if any(price.starts_on for price in self.prices):
            words += ["--price-path", "path.csv"]
        if self.coverage is not None:
            places = [_place(scope, category) for scope, category in self.coverage]
            words += ["--coverage", *places]
        if self.scope2_basis:
            words += ["--scope2-basis", self.scope2_basis]
        for name, rate in self.incentive_rates:
            words += ["--incentive", f"{name}={rate:f}"]
        if self.factor_sets:
            words += ["--factor-sets", *self.factor_sets]
        return words

    def sentences(self) -> list[str]:
        """The changes for people."""
        return list(self._sentences()) or [said("Nothing is changed.")]

    def _sentences(self) -> Iterator[str]:
        if self.under:
            yield said("Rules of scheme %(scheme)s.", scheme=self.under)
        if self.rules_on:
            yield said("Rules as on %(day)s, for the whole period.", day=self.rules_on)
        for price in self.prices:
            form = "%(price)s per tonne for %(place)s."
            if price.starts_on:
                form = "%(price)s per tonne for %(place)s from %(day)s."
            place = said("everything")
            if price.scope is not None:
                place = said(_place(price.scope, price.category))
            amount = f"{price.price_per_tonne:f}"
            yield said(form, price=amount, place=place, day=price.starts_on)
        if self.coverage is not None:
            places = ", ".join(_place(scope, category) for scope, category in self.coverage)
            yield said("Charged: %(places)s.", places=places or said("nothing"))
        if self.scope2_basis:
            yield said("Scope 2 %(basis)s.", basis=said(f"{self.scope2_basis}-based"))
        for name, rate in self.incentive_rates:
            yield said("%(rate)s per absorbed tonne, %(name)s.", rate=f"{rate:f}", name=said(name))
        if self.factor_sets:
            old, new = self.factor_sets
            yield said("Factors of %(new)s in place of %(old)s.", new=new, old=old)


def replaced_rules(rules: dict[str, list[Any]], settings: Settings) -> dict[str, list[Any]]:
    """The rules of a settlement with a scenario's in their place."""
    found = {name: list(each) for name, each in rules.items()}
    if settings.rules_on is not None:
        day = settings.rules_on.isoformat()
        for name in found.keys() & RULES_OF_DAYS:
            found[name] = [
                rule | {"starts_on": EVER, "ends_before": None}
                for rule in found[name]
                if _holds(rule, day)
            ]
    found["price_rules"] += [
        _price_rule(number, price) for number, price in enumerate(settings.prices, start=1)
    ]
    if settings.coverage is not None:
        found["coverage"] = [
            {"scope": scope, "category": category, "starts_on": EVER, "ends_before": None}
            for scope, category in settings.coverage
        ]
    changed = {name for name, _ in settings.incentive_rates}
    kept = [rule for rule in found["incentive_rules"] if rule["durability_class"] not in changed]
    found["incentive_rules"] = kept + [
        {
            "rate_id": -number,
            "rate_per_tonne": f"{rate:f}",
            "durability_class": name,
            "starts_on": EVER,
            "ends_before": None,
        }
        for number, (name, rate) in enumerate(settings.incentive_rates, start=1)
    ]
    return found


def _holds(rule: dict[str, Any], day: str) -> bool:
    return rule["starts_on"] <= day and (rule["ends_before"] is None or day < rule["ends_before"])


def _price_rule(number: int, price: ScenarioPrice) -> dict[str, Any]:
    return {
        "price_id": -number,  # no price of a scheme has it
        "price_per_tonne": f"{price.price_per_tonne:f}",
        "department_id": None,
        "scope": price.scope,
        "category": price.category,
        "country": "",
        "starts_on": price.starts_on.isoformat() if price.starts_on else EVER,
        "ends_before": price.ends_before.isoformat() if price.ends_before else None,
        "rank": price.rank,
    }


def _price_content(price: ScenarioPrice) -> dict[str, Any]:
    return {
        "price_per_tonne": f"{price.price_per_tonne:f}",
        "place": "" if price.scope is None else _place(price.scope, price.category),
        "starts_on": price.starts_on.isoformat() if price.starts_on else None,
        "ends_before": price.ends_before.isoformat() if price.ends_before else None,
    }


def _place(scope: int, category: int | None) -> str:
    return str(scope) if category is None else f"{scope}.{category}"


# What was kept


def settings_of(content: dict[str, Any]) -> Settings:
    """The settings that `Settings.content` was made of.

    Raises: ScenarioInvalid, for a place that there is not.
    """
    day, sets = content.get("rules_on"), content.get("factor_sets")
    covered = content.get("coverage")
    return Settings(
        under=content.get("under", ""),
        rules_on=date.fromisoformat(day) if day else None,
        prices=tuple(map(_price_of, content.get("prices", ()))),
        coverage=None if covered is None else tuple(map(read_place, covered)),
        scope2_basis=content.get("scope2_basis", ""),
        incentive_rates=tuple(
            (name, Decimal(rate)) for name, rate in content.get("incentive_rates", {}).items()
        ),
        factor_sets=(sets[0], sets[1]) if sets else None,
    )


def _price_of(content: dict[str, Any]) -> ScenarioPrice:
    starts, ends = content["starts_on"], content["ends_before"]
    scope, category = read_place(content["place"]) if content["place"] else (None, None)
    return ScenarioPrice(
        Decimal(content["price_per_tonne"]),
        scope,
        category,
        date.fromisoformat(starts) if starts else None,
        date.fromisoformat(ends) if ends else None,
    )


def price_path_of(settings: Settings) -> str:
    """Its prices in time, as `read_price_path` reads them; empty without any."""
    rows = [
        f"{price.starts_on},{price.price_per_tonne:f},"
        + ("" if price.scope is None else _place(price.scope, price.category))
        for price in settings.prices
        if price.starts_on
    ]
    return "\n".join(["from,price_per_tonne,place", *rows, ""]) if rows else ""


# What people write


def read_place(text: str) -> tuple[int, int | None]:
    """`2` or `3.6`: a scope, or a Scope 3 category.

    Raises: ScenarioInvalid.
    """
    scope, _, category = text.strip().partition(".")
    is_known = scope in ("1", "2", "3") and (not category or scope == "3")
    if is_known and (not category or (category.isdecimal() and 1 <= int(category) <= 15)):
        return int(scope), int(category) if category else None
    raise ScenarioInvalid(
        said("%(text)s is no scope: write 1, 2, 3, or a category such as 3.6.", text=repr(text))
    )


def read_price(text: str) -> ScenarioPrice:
    """`100`, or for a part of it `2=40` and `3.6=100`.

    Raises: ScenarioInvalid.
    """
    place, is_part, amount = text.rpartition("=")
    scope, category = read_place(place) if is_part else (None, None)
    return ScenarioPrice(_amount(amount), scope, category)


def read_incentive(text: str) -> tuple[str, Decimal]:
    """`medium=50`: a durability class and its rate.

    Raises: ScenarioInvalid.
    """
    name, _, amount = text.partition("=")
    if name.strip() not in CLASSES:
        raise ScenarioInvalid(
            said(
                "%(text)s is no rate: write one such as medium=50, of %(classes)s.",
                text=repr(text),
                classes=str(CLASSES),
            )
        )
    return name.strip(), _amount(amount)


def read_price_path(text: str) -> tuple[ScenarioPrice, ...]:
    """CSV with the columns `from`, `price_per_tonne` and, if wanted, `place`, as prices in time.

    Each price holds until the next one of its place. Raises: ScenarioInvalid.
    """
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not {"from", "price_per_tonne"} <= set(rows[0]):
        raise ScenarioInvalid(
            said("A price path is CSV with the columns from, price_per_tonne, place.")
        )
    prices = []
    for row in rows:
        place = (row.get("place") or "").strip()
        price = read_price(f"{place}={row['price_per_tonne']}" if place else row["price_per_tonne"])
        try:
            prices.append(replace(price, starts_on=date.fromisoformat((row["from"] or "").strip())))
        except ValueError:
            raise ScenarioInvalid(
                said("%(text)s is no day: write 2025-01-31.", text=repr(row["from"]))
            ) from None
    return tuple(_ended(prices))


def _ended(prices: Sequence[ScenarioPrice]) -> Iterable[ScenarioPrice]:
    for price in prices:
        later = [
            each.starts_on
            for each in prices
            if (each.scope, each.category) == (price.scope, price.category)
            and each.starts_on is not None
            and price.starts_on is not None
            and each.starts_on > price.starts_on
        ]
        yield replace(price, ends_before=min(later, default=None))


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ScenarioInvalid(
            said("%(text)s is no price: write one such as 12.50.", text=repr(text))
        ) from None
    if not amount.is_finite() or amount < 0 or -int(amount.as_tuple().exponent) > 6:
        raise ScenarioInvalid(
            said("%(text)s is no price: 0 or more, 6 decimals at most.", text=repr(text))
        )
    return amount
