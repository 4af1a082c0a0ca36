"""What holds for every mechanism, whatever the year: each test file asks it of its own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.mechanisms.terms import Mechanism
from tests.pricing.mechanisms.years import (
    Year,
    cuts,
    facts_of,
    in_steps,
    posted,
    quantities,
    split,
    sums,
    years,
)


def late_data_never_drifts(mechanism: Mechanism) -> Callable[[], None]:
    """Settled in three steps, in whatever order records become known, it comes to the same."""

    @given(years(), st.data())
    def check(year: Year, data: st.DataObject) -> None:
        when = data.draw(cuts(len(year.records)))
        at_once = posted(mechanism, year, [year.records])
        assert posted(mechanism, year, in_steps(year.records, when)) == at_once

    return check


def order_is_irrelevant(mechanism: Mechanism) -> Callable[[], None]:
    """Neither the order of records nor that of departments changes what anyone pays."""

    @given(years(), st.data())
    def check(year: Year, data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(year.records))
        assert posted(mechanism, year, [shuffled]) == posted(mechanism, year, [year.records])
        facts = facts_of(mechanism, year, year.records)
        assert sums(mechanism, data.draw(st.permutations(facts)), year) == sums(
            mechanism, facts, year
        )

    return check


def splitting_changes_nothing(mechanism: Mechanism) -> Callable[[], None]:
    """A record entered as two that add up to it costs what it costs."""

    @given(years(), quantities())
    def check(year: Year, part: Decimal) -> None:
        pieces = [piece for record in year.records for piece in split(record, part)]
        assert posted(mechanism, year, [pieces]) == posted(mechanism, year, [year.records])

    return check
