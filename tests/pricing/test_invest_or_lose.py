"""Each house invests its own contribution in the next year, or it is everybody's; by hand."""

from __future__ import annotations

from datetime import date

from pricing.invest_or_lose import Contribution, Investment, Share, of_department, shares

FY22 = (date(2021, 7, 1), date(2022, 7, 1))
FY23 = (date(2022, 7, 1), date(2023, 7, 1))


def paid_in(department: str, year: tuple[date, date], minor: int) -> Contribution:
    return Contribution(department, *year, minor)


def figures(share: Share) -> tuple[int, int, int]:
    return share.invested_minor, share.available_minor, share.lapsed_minor


def test_a_contribution_lapses_when_the_year_after_its_own_has_ended() -> None:
    """Of 1,000 of FY22, 400 are invested in FY23: 600 are open until 2023-07-01, then lapsed."""
    own = [paid_in("A", FY22, 1000)]
    invested = [Investment("A", date(2023, 1, 15), 400)]
    assert own[0].lapses_on == date(2023, 7, 1)
    for as_of, expected in [
        (date(2023, 6, 30), (400, 600, 0)),
        (date(2023, 7, 1), (400, 0, 600)),
    ]:
        found = shares(own, invested, as_of=as_of)
        assert [figures(share) for share in found.shares] == [expected]
        assert found.lapsed_minor == expected[2]
        assert found.from_common_minor == 0


def test_the_oldest_open_share_is_invested_first_and_the_rest_is_common() -> None:
    """1,500 in FY23 take the 1,000 of FY22 and 300 of FY23's 300: 200 are everybody's."""
    own = [paid_in("A", FY23, 300), paid_in("A", FY22, 1000), paid_in("B", FY22, 50)]
    found = shares(own, [Investment("A", date(2023, 1, 15), 1500)], as_of=date(2023, 2, 1))
    assert [figures(share) for share in of_department(found, "A")] == [(1000, 0, 0), (300, 0, 0)]
    assert [figures(share) for share in of_department(found, "B")] == [(0, 50, 0)]
    assert found.from_common_minor == 200


def test_a_share_that_lapsed_before_the_grant_was_paid_is_not_invested() -> None:
    own = [paid_in("A", FY22, 1000), paid_in("A", FY23, 300)]
    found = shares(own, [Investment("A", date(2023, 7, 1), 500)], as_of=date(2023, 7, 1))
    assert [figures(share) for share in found.shares] == [(0, 0, 1000), (300, 0, 0)]
    assert found.from_common_minor == 200


def test_nothing_is_invested_before_it_is_contributed_or_of_less_than_nothing() -> None:
    own = [paid_in("A", FY23, 300), paid_in("B", FY22, -20)]
    found = shares(own, [Investment("A", date(2022, 6, 30), 100)], as_of=date(2023, 7, 1))
    assert [figures(share) for share in found.shares] == [(0, 300, 0), (0, 0, 0)]
    assert found.from_common_minor == 100
