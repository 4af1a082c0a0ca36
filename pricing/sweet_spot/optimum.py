"""Calculates. Where another dollar still buys abatement; tonnes and revenue by price."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.sweet_spot.answer import PointOfCurve, PointOfResponse
from pricing.sweet_spot.observations import Observations
from pricing.sweet_spot.response import Response

_MATERIAL = 0.05  # of the whole fall; less than that buys nothing worth a dollar more
_LEVEL = 0.95
_GRID = 21
_PERIODS_OF_A_YEAR = {"year": 1, "half": 2, "quarter": 4, "month": 12, "number": 1}


def response_points(obs: Observations, response: Response) -> tuple[PointOfResponse, ...]:
    """The response at every observed price and at 21 prices from the lowest to the highest.

    Between two observed prices the interval covers those of both: the response may bend there.
    """
    observed = np.unique(obs.price)
    points = {float(price): _point(response, float(price)) for price in observed}
    for price in np.linspace(observed[0], observed[-1], _GRID):
        if float(price) in points:
            continue
        place = int(np.searchsorted(observed, price))
        below, above = points[float(observed[place - 1])], points[float(observed[place])]
        between = (price - observed[place - 1]) / (observed[place] - observed[place - 1])
        share = below.change_share + between * (above.change_share - below.change_share)
        points[float(price)] = PointOfResponse(
            float(price), float(share), min(below.low, above.low), max(below.high, above.high)
        )
    return tuple(points[price] for price in sorted(points))


def _point(response: Response, price: float) -> PointOfResponse:
    if price <= response.knots[0]:
        return PointOfResponse(price, 0.0, 0.0, 0.0)
    there = response.at(price)
    low, high = there.bounds(_LEVEL)
    ends = np.expm1(np.clip([there.value, low, high], -700.0, 50.0))
    return PointOfResponse(price, float(ends[0]), float(ends[1]), float(ends[2]))


def buying_range(response: Response) -> tuple[float | None, float | None]:
    """Where another dollar still buys abatement; None and None where no fall of tonnes is shown.

    It ends at the lowest knot beyond which no further fall is shown (its 95 % interval reaches 0 at
    every higher knot) or what is left is less than 5 % of the whole fall. It begins at the highest
    knot below that up to which no fall is shown and less than 5 % of the whole was found.
    """
    knots = [float(knot) for knot in response.knots]
    falls = [0.0, *(response.at(knot).value for knot in knots[1:])]
    whole = min(falls)
    shown = [i for i in range(1, len(knots)) if response.at(knots[i]).bounds()[1] < 0]
    if not shown or whole >= 0:
        return None, None
    end = next(
        i
        for i in range(1, len(knots))
        if i >= shown[0] and not _falls_further(response, knots, falls, i)
    )
    begin = 0
    while begin + 1 < shown[0] and falls[begin + 1] > _MATERIAL * whole:
        begin += 1
    return knots[begin], knots[end]


def _falls_further(
    response: Response, knots: Sequence[float], falls: Sequence[float], place: int
) -> bool:
    if min(falls[place:]) > falls[place] + _MATERIAL * min(falls):
        return False
    return any(
        response.between(knots[place], higher).bounds()[1] < 0 for higher in knots[place + 1 :]
    )


def curve_points(
    obs: Observations, points: Sequence[PointOfResponse], frequency: str
) -> tuple[PointOfCurve, ...]:
    """Tonnes and revenue of a year like the panel's latest, at each price of the response.

    Each cell of the latest periods is brought from its price to the other by the response.
    """
    count = _PERIODS_OF_A_YEAR[frequency]
    latest = obs.time > obs.time.max() - count
    price = [point.price_per_tonne for point in points]
    now = 1 + np.interp(obs.price[latest], price, [point.change_share for point in points])
    at_lowest = float(np.sum(obs.tonnes[latest] / np.maximum(now, 1e-9)))
    return tuple(
        PointOfCurve(
            price_per_tonne=point.price_per_tonne,
            tonnes=at_lowest * (1 + point.change_share),
            tonnes_low=at_lowest * (1 + point.low),
            tonnes_high=at_lowest * (1 + point.high),
            revenue=at_lowest * (1 + point.change_share) * point.price_per_tonne,
            revenue_low=at_lowest * (1 + point.low) * point.price_per_tonne,
            revenue_high=at_lowest * (1 + point.high) * point.price_per_tonne,
        )
        for point in points
    )
