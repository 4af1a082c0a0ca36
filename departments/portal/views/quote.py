"""Door. What would it cost: a flight, a GPU job, a server or a kWh, before it happens."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.inventory.errors.entering import TrialRefused
from departments.organisation.access import visible_department_ids
from departments.organisation.telling import refusal_told
from departments.portal.choices import department_called, offered
from departments.portal.quote_forms import FORMS, FlightForm, QuoteForm, kinds
from departments.portal.views.page import PersonRequest, page
from pricing.errors import PricingError
from pricing.quotes import ActivityQuote, quote_activity

ASKED = "department"


@page
def show_quote(request: PersonRequest) -> HttpResponse:
    """A form of the kind that the address names, and the answer once it is filled in."""
    visible = visible_department_ids(request.user)
    offer = offered(visible)
    form_of = FORMS.get(request.GET.get("kind", ""), FlightForm)
    is_asked = ASKED in request.GET and "on" in request.GET
    initial = {
        "on": timezone.localdate(),
        **{name: request.GET[name] for name in (ASKED,) if name in request.GET},
    }
    form = form_of(
        request.GET if is_asked else None,
        offer=offer,
        initial=initial,
    )
    answer = _answer(form, visible) if form.is_valid() else None
    context = {
        "form": form,
        "kinds": [(kind, name, _address(form, kind)) for kind, name in kinds()],
        "answer": answer,
        "offer": offer,
    }
    status = 422 if is_asked and answer is None else 200
    return render(request, "portal/quote.html", context, status=status)


def _answer(form: QuoteForm, visible: set[int] | None) -> dict[str, Any] | None:
    found = form.cleaned_data
    department = department_called(found["department"], visible)
    if department is None:
        form.add_error("department", _("There is no such department."))
        return None
    try:
        quoted = quote_activity(department=department, facts=form.row(), on=found["on"])
    except TrialRefused as refusal:
        form.show_refusal(refusal)
        return None
    except PricingError as refusal:
        form.add_error(None, refusal_told(refusal))
        return None
    return _shown(quoted)


def _shown(quoted: ActivityQuote) -> dict[str, Any]:
    """The answer as the page tells it: its result like a record's, and a quote for each scheme."""
    trial, result = quoted.trial, quoted.trial.result
    emission = {
        "activity": trial.activity,
        "started_on": trial.started_on,
        "ended_on": trial.ended_on,
        "quantity": trial.quantity,
        "unit": trial.unit,
        "place": trial.place,
        "scope": result.scope,
        "category": result.category,
        "location_kgco2e": result.location_kgco2e,
        "market_kgco2e": result.market_kgco2e,
        "quality_tier": result.quality_tier,
        "gwp_set": result.gwp_set,
        "steps": trial.steps,
        "citation": trial.citation,
        "fallbacks": result.trace["fallbacks"],
    }
    return {"trial": trial, "emission": emission, "quotes": quoted.quotes}


def _address(form: QuoteForm, kind: str) -> str:
    """The page of another kind, for the same department."""
    chosen = form.data.get(ASKED) if form.is_bound else ""
    return "?" + urlencode({"kind": kind, **({ASKED: chosen} if chosen else {})})
