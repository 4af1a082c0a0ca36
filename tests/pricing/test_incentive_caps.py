"""Caps on incentives: never more than the cap, whatever comes when; worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pricing.incentive_caps import ABATEMENT, Cap, Earned, PeriodEarned, over_caps

Q1, Q2, Q3 = date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)
JANUARY, NEXT_JANUARY = date(2024, 1, 1), date(2025, 1, 1)
DAYS = {"Q1": Q1, "Q2": Q2, "Q3": Q3}


def cap(amount_minor: int, **facts: str) -> Cap:
    return Cap(amount_minor, JANUARY, NEXT_JANUARY, **facts)


def period(code: str, **earned: int) -> PeriodEarned:
    return PeriodEarned(
        code, DAYS[code], tuple(Earned(name, "short", minor) for name, minor in earned.items())
    )


def unpaid(periods: list[PeriodEarned], *caps: Cap) -> dict[tuple[str, str], int]:
    found = over_caps(periods, caps, "USD")
    return {key: one.amount_minor for key, one in found.items()}


def test_under_the_cap_all_is_paid() -> None:
    assert unpaid([period("Q1", A=60), period("Q2", A=40)], cap(100)) == {}
    assert unpaid([period("Q1", A=60)]) == {}
    assert unpaid([], cap(100)) == {}


def test_an_earlier_period_comes_first_and_says_so() -> None:
    found = over_caps([period("Q1", A=6000), period("Q2", A=5000)], [cap(10_000)], "USD")
    (key, one), *more = found.items()
    assert (key, one.amount_minor, more) == (("Q2", "A"), 1000, [])
    assert one.explanation == [
        "Over the cap, not paid, short: of 50.00 USD earned 40.00 USD is paid, since 40.00 USD was "
        "left of the cap of 100.00 USD for 2024-01-01 to 2024-12-31: -10.00 USD"
    ]


def test_within_a_period_it_is_shared_by_largest_remainder() -> None:
    """1.00 by 1, 1 and 1 is 0.34, 0.33 and 0.33: ties go to the lower code."""
    assert unpaid([period("Q1", C=100, A=100, B=100)], cap(100)) == {
        ("Q1", "A"): 66,
        ("Q1", "B"): 67,
        ("Q1", "C"): 67,
    }
    assert unpaid([period("Q1", A=300, B=100)], cap(100)) == {("Q1", "A"): 225, ("Q1", "B"): 75}


def test_a_cap_that_is_spent_pays_nothing() -> None:
    assert unpaid([period("Q1", A=100), period("Q2", A=1, B=2)], cap(100)) == {
        ("Q2", "A"): 1,
        ("Q2", "B"): 2,
    }
    assert unpaid([period("Q1", A=7)], cap(0)) == {("Q1", "A"): 7}


def test_a_cap_is_of_periods_whose_last_day_it_holds() -> None:
    until_q2 = Cap(0, Q1, Q2)
    periods = [period("Q1", A=5), period("Q2", A=5)]
    assert unpaid(periods, until_q2) == {("Q1", "A"): 5}
    assert unpaid(periods, Cap(0, Q2, Q3)) == {("Q2", "A"): 5}


def test_caps_of_a_department_and_a_class_come_before_those_of_all() -> None:
    earned = PeriodEarned(
        "Q1", Q1, (Earned("A", "short", 100), Earned("A", "long", 100), Earned("B", "short", 100))
    )
    assert unpaid([earned], cap(50, department="A")) == {("Q1", "A"): 150}
    assert unpaid([earned], cap(50, durability_class="short")) == {
        ("Q1", "A"): 75,
        ("Q1", "B"): 75,
    }
    assert unpaid([earned], cap(50, department="A", durability_class="long")) == {("Q1", "A"): 50}
    # A: 200 → 100 (50 and 50); then 100 of A and 100 of B share 150 by weight: 38 + 37 and 75.
    both = [cap(150), cap(100, department="A")]
    assert unpaid([earned], *both) == {("Q1", "A"): 125, ("Q1", "B"): 25}
    found = over_caps([earned], both, "USD")["Q1", "A"].explanation
    assert [words.partition(":")[0] for words in found] == [
        "Over the cap, not paid, long",
        "Over the cap, not paid, short",
    ] * 2
    assert "left of the cap of A of 1.00 USD" in found[0]
    assert "left of the cap of 1.50 USD" in found[2]


def test_what_was_never_paid_is_not_taken_back() -> None:
    """Earned 1.00 under a cap of 0.60; of a reversal of 0.50 the first 0.40 were never paid."""
    periods = [period("Q1", A=100), period("Q2", A=-50), period("Q3", A=-50)]
    assert unpaid(periods, cap(60)) == {("Q1", "A"): 40, ("Q2", "A"): -40}
    found = over_caps(periods, [cap(60)], "USD")["Q2", "A"]
    assert found.explanation == [
        "Not taken back, short: 0.40 USD of 0.50 USD, since that was over the cap and never paid"
    ]
    assert unpaid([period("Q1", B=100), period("Q2", A=-50)], cap(60)) == {("Q1", "B"): 40}


def test_what_is_taken_back_makes_no_room() -> None:
    periods = [period("Q1", A=60), period("Q2", A=-60), period("Q3", A=10)]
    assert unpaid(periods, cap(60)) == {("Q3", "A"): 10}


def test_of_two_kinds_and_over_several_periods_all_that_was_never_paid_is_kept() -> None:
    """Never paid: 0.40 and then 0.10 short, 0.30 long. Taken back are 0.20 and 0.30, then more."""
    one_kind = [period("Q1", A=40), period("Q2", A=10), period("Q3", A=-45)]
    assert unpaid(one_kind, cap(0)) == {("Q1", "A"): 40, ("Q2", "A"): 10, ("Q3", "A"): -45}

    def both(code: str, short: int, long: int) -> PeriodEarned:
        return PeriodEarned(
            code, DAYS[code], (Earned("A", "short", short), Earned("A", "long", long))
        )

    year = [both("Q1", 50, 30), both("Q2", -20, -30), both("Q3", -100, -1)]
    assert unpaid(year, cap(0)) == {("Q1", "A"): 80, ("Q2", "A"): -50, ("Q3", "A"): -30}


def test_caps_of_a_class_come_before_those_of_all() -> None:
    """Of A's and B's 1.00 short, 0.50 each; then of 0.50, 0.50 and A's 1.00 long, 1.50 by weight;
    the odd cent is A's."""
    earned = PeriodEarned(
        "Q1", Q1, (Earned("A", "short", 100), Earned("A", "long", 100), Earned("B", "short", 100))
    )
    caps = [cap(150), cap(100, durability_class="short")]
    assert unpaid([earned], *caps) == {("Q1", "A"): 25 + 62, ("Q1", "B"): 63}


def test_the_odd_cent_goes_to_the_lower_code_though_another_begins_with_it() -> None:
    assert unpaid([period("Q1", **{"A-1": 100, "A": 100})], cap(101)) == {
        ("Q1", "A"): 49,
        ("Q1", "A-1"): 50,
    }


def test_what_it_says_names_the_kind_and_whose_cap_it_is() -> None:
    earned = PeriodEarned("Q1", Q1, (Earned("A", "long", 70), Earned("A", ABATEMENT, 30)))
    one_class = cap(50, department="A", durability_class="long")
    year = "for 2024-01-01 to 2024-12-31"
    assert over_caps([earned], [one_class, cap(40)], "USD")["Q1", "A"].explanation == [
        "Over the cap, not paid, long: of 0.70 USD earned 0.50 USD is paid, since 0.50 USD was "
        f"left of the cap of A, long of 0.50 USD {year}: -0.20 USD",
        "Over the cap, not paid, abatement: of 0.30 USD earned 0.15 USD is paid, since 0.40 USD "
        f"was left of the cap of 0.40 USD {year}: -0.15 USD",
        "Over the cap, not paid, long: of 0.50 USD earned 0.25 USD is paid, since 0.40 USD was "
        f"left of the cap of 0.40 USD {year}: -0.25 USD",
    ]


earnings = st.lists(
    st.builds(
        Earned,
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["short", "long", "abatement"]),
        st.integers(-1000, 10_000),
    ),
    max_size=6,
    unique_by=lambda one: (one.department, one.kind),
).map(tuple)
years = st.tuples(earnings, earnings, earnings).map(
    lambda each: [
        PeriodEarned(code, day, earned)
        for (code, day), earned in zip(DAYS.items(), each, strict=True)
    ]
)
some_caps = st.lists(
    st.builds(
        Cap,
        st.integers(0, 15_000),
        st.just(JANUARY),
        st.sampled_from([Q2, NEXT_JANUARY]),
        st.sampled_from(["", "", "A"]),
        st.sampled_from(["", "", "long"]),
    ),
    max_size=3,
)


def paid(periods: list[PeriodEarned], caps: list[Cap]) -> dict[tuple[str, str], int]:
    over = unpaid(periods, *caps)
    found: dict[tuple[str, str], int] = {}
    for each in periods:
        for one in each.earned:
            key = (each.period, one.department)
            found[key] = found.get(key, 0) + one.amount_minor
    return {key: minor - over.get(key, 0) for key, minor in found.items()}


@given(years, some_caps)
def test_no_cap_pays_more_than_its_amount(year: list[PeriodEarned], caps: list[Cap]) -> None:
    for one in caps:
        if one.durability_class or one.department:
            continue
        inside = {each.period for each in year if each.last_day < one.ends_before}
        total = sum(minor for (code, _), minor in paid(year, caps).items() if code in inside)
        assert total <= one.amount_minor


@given(years, some_caps)
def test_nobody_gets_more_than_was_earned_or_loses_more_than_was_paid(
    year: list[PeriodEarned], caps: list[Cap]
) -> None:
    got, over = paid(year, caps), unpaid(year, *caps)
    for department in "ABC":
        never_paid = 0
        for each in year:
            earned = [one.amount_minor for one in each.earned if one.department == department]
            least = sum(min(minor, 0) for minor in earned)
            most = sum(max(minor, 0) for minor in earned)
            assert least <= got.get((each.period, department), 0) <= most
            never_paid += over.get((each.period, department), 0)
            assert never_paid >= 0


@given(years, some_caps, st.data())
def test_order_is_irrelevant(
    year: list[PeriodEarned], caps: list[Cap], data: st.DataObject
) -> None:
    shuffled = [
        replace(each, earned=tuple(data.draw(st.permutations(each.earned)))) for each in year
    ]
    other = data.draw(st.permutations(caps))
    assert unpaid(shuffled, *other) == unpaid(year, *caps)


@given(years, some_caps, earnings)
def test_a_later_period_changes_nothing_of_an_earlier_one(
    year: list[PeriodEarned], caps: list[Cap], other: tuple[Earned, ...]
) -> None:
    changed = [*year[:2], PeriodEarned("Q3", Q3, other)]
    before, after = unpaid(year, *caps), unpaid(changed, *caps)
    assert {k: v for k, v in before.items() if k[0] != "Q3"} == {
        k: v for k, v in after.items() if k[0] != "Q3"
    }


@given(years, some_caps)
def test_its_sentences_add_up_to_its_amount(year: list[PeriodEarned], caps: list[Cap]) -> None:
    for one in over_caps(year, caps, "USD").values():
        total = 0
        for words in one.explanation:
            if words.startswith("Not taken back"):
                amount = words.split(": ")[1].split(" ")[0]
                total -= int(amount.replace(",", "").replace(".", ""))
            else:
                amount = words.rsplit(": ", 1)[1].split(" ")[0]
                total -= int(amount.replace(",", "").replace(".", ""))
        assert total == one.amount_minor
