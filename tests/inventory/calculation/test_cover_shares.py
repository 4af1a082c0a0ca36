"""Lots over needs: never more than of either, exact, and the same in any order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from departments.inventory.calculation.cover_shares import CoverShare, share_out

kwh = st.decimals(min_value=Decimal("0.0000000001"), max_value=10**9, places=10)
figures = st.dictionaries(st.integers(1, 30), kwh, max_size=8)


def test_enough_covers_everything():
    shares = share_out(
        available_kwh={1: Decimal(700), 2: Decimal(900)},
        needed_kwh={5: Decimal(500), 6: Decimal(600)},
    )
    assert shares == [
        CoverShare(1, 5, Decimal(500)),
        CoverShare(1, 6, Decimal(200)),
        CoverShare(2, 6, Decimal(400)),
    ]


def test_too_little_is_shared_to_the_watt_hour():
    # 100 kWh over 3 × 100 kWh: 33.333… each; the watt-hour that is left goes to the first.
    shares = share_out(
        available_kwh={1: Decimal(100)}, needed_kwh=dict.fromkeys((5, 6, 7), Decimal(100))
    )
    assert [share.covered_kwh for share in shares] == [
        Decimal("33.334"),
        Decimal("33.333"),
        Decimal("33.333"),
    ]


def test_nothing_to_share():
    assert share_out(available_kwh={}, needed_kwh={5: Decimal(1)}) == []
    assert share_out(available_kwh={1: Decimal(1)}, needed_kwh={}) == []


@given(available=figures, needed=figures)
def test_neither_side_is_exceeded_and_the_sum_is_exact(available, needed):
    shares = share_out(available_kwh=available, needed_kwh=needed)

    for lot, most in available.items():
        assert sum(share.covered_kwh for share in shares if share.lot == lot) <= most
    for need, most in needed.items():
        assert sum(share.covered_kwh for share in shares if share.need == need) <= most
    smaller = min(sum(available.values()), sum(needed.values()))
    assert sum(share.covered_kwh for share in shares) == smaller
    assert all(share.covered_kwh > 0 for share in shares)
    assert len({(share.lot, share.need) for share in shares}) == len(shares)
