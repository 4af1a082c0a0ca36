"""What would it cost: the page's answer is the bill's arithmetic, and what is wrong is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from departments.inventory.models.activity import ActivityRecord
from departments.portal.quote_forms import FORMS
from tests.inventory.conftest import excerpts, factors  # noqa: F401  # fixtures
from tests.ledger.books import Books

pytestmark = pytest.mark.usefixtures("factors")
FLIGHT = {
    "kind": "flight",
    "department": "CLOUD",
    "on": "2024-05-06",
    "flight_class": "long-haul/economy-class",
    "distance_km": "8850",
    "passengers": "2",
    "is_return": "on",
}


def test_a_flight_costs_what_its_record_would(books: Books, browse: Callable[[str], Client]):
    page = browse("contributor").get("/quote/", FLIGHT)

    # 8,850 km × 2 passengers × 2 ways × 0.20011 kg = 7,083.894 kg, at 15 USD a tonne.
    assert page.status_code == 200
    (quoted,) = page.context["answer"]["quotes"]
    assert (f"{quoted.kgco2e:f}", quoted.amount_minor, quoted.kind) == (
        "7083.894000",
        10626,
        "charge",
    )
    assert quoted.explanation[-1] == (
        "7,083.894 kg ÷ 1,000 × 15 USD per tonne = 106.25841, rounded to 106.26 USD"
    )
    text = page.content.decode()
    assert "USD 106.26" in text
    assert ">USD 15.00<" in text
    assert "UK Government" in text or "DESNZ" in text


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_each_kind_opens_empty_and_keeps_the_department(
    books: Books, browse: Callable[[str], Client], kind: str
):
    page = browse("contributor").get("/quote/", {"kind": kind, "department": "CLOUD"})
    assert page.status_code == 200
    assert page.context["form"].kind == kind
    assert page.context["answer"] is None
    assert 'value="CLOUD" selected' in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "kgco2e"),
    [
        # 8 GPUs × 100 h × 700 W × PUE 1.2 = 672 kWh × 0.20705
        (
            {
                "kind": "compute",
                "where": "compute/training",
                "hardware": "H100 SXM",
                "accelerators": "8",
                "hours": "100",
                "place": "GB",
                "pue": "1.2",
            },
            "139.137600",
        ),
        ({"kind": "server", "hardware": "server", "pieces": "3"}, "3600.000000"),
        (
            {"kind": "server", "hardware": "server", "pieces": "3", "embodied_kgco2e": "900"},
            "2700.000000",
        ),
        ({"kind": "electricity", "energy_kwh": "1000", "place": "GB"}, "207.050000"),
        (
            {
                "kind": "other",
                "activity": "investments/equity",
                "quantity": "1000",
                "unit": "kg",
                "inputs": "ownership_share = 0.25",
            },
            "250.000000",
        ),
    ],
)
def test_each_kind_is_worked_out_as_a_record_is(
    books: Books, browse: Callable[[str], Client], asked: dict[str, str], kgco2e: str
):
    page = browse("contributor").get(
        "/quote/", {"department": "CLOUD", "on": "2024-05-06", **asked}
    )
    assert page.status_code == 200, page.context["form"].errors
    assert f"{page.context['answer']['trial'].result.market_kgco2e:f}" == kgco2e
    activity = page.context["answer"]["trial"].activity
    assert not ActivityRecord.objects.filter(activity=activity).exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"department": "OFFICES"}, "department", "Select a valid choice"),
        ({"distance_km": "far"}, "distance_km", "Enter a number"),
        ({"on": "1999-01-01"}, "on", "the first is of"),
        ({"distance_km": "-5"}, "distance_km", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    books: Books, browse: Callable[[str], Client], change: dict[str, str], field: str, words: str
):
    page = browse("contributor").get("/quote/", FLIGHT | change)
    assert page.status_code == 422
    assert words.casefold() in " ".join(page.context["form"].errors[field]).casefold()
    assert page.context["answer"] is None


def test_a_further_input_that_is_unknown_is_named(books: Books, browse: Callable[[str], Client]):
    asked = {
        "kind": "other",
        "department": "CLOUD",
        "on": "2024-05-06",
        "activity": "electricity/grid",
        "quantity": "5",
        "unit": "kWh",
        "place": "GB",
        "inputs": "colour = green\npue = much",
    }
    page = browse("contributor").get("/quote/", asked)
    assert page.status_code == 422
    problems = " ".join(page.context["form"].errors["inputs"])
    assert "Unknown input" in problems
    assert "not a number" in problems
