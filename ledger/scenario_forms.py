"""Reads. The settings of a scenario as people enter them in the ledger's admin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from departments.organisation.telling import refusal_told
from ledger.errors.proposals import ScenarioInvalid
from ledger.forms import describe
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementState
from ledger.scenario_settings import (
    BASES,
    Settings,
    read_incentive,
    read_place,
    read_price,
    read_price_path,
)
from pricing import price_lookup


class PostedPeriodForm(forms.Form):
    """A scheme, and a period that something was posted in."""

    scheme = forms.ChoiceField(label=_("Scheme"))
    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "scheme", _schemes())
        _offer(self, "period", _posted_periods())

    @staticmethod
    def newest() -> dict[str, str]:
        """The settlement that was posted last; nothing, before the first one."""
        posted = Settlement.objects.filter(state=SettlementState.POSTED)
        found = posted.select_related("scheme", "period").order_by("-period__days", "scheme_id")
        settlement = found.first()
        if settlement is None:
            return {}
        return {"scheme": settlement.scheme.code, "period": settlement.period.code}


class ScenarioForm(forms.Form):
    """What is other than it was; everything may be left as it was."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For example travel at 50.")
    )
    scheme = forms.ChoiceField(label=_("Scheme"), help_text=_("The one that billed."))
    period = forms.ChoiceField(label=_("Period"))
    prices = forms.CharField(
        label=_("Prices per tonne"),
        required=False,
        help_text=_("100 for everything, or by part: 2=40 3.6=100."),
    )
    price_path = forms.CharField(
        label=_("Price path"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("CSV with the columns from, price_per_tonne and, if wanted, place."),
    )
    coverage = forms.CharField(
        label=_("What is charged"),
        required=False,
        help_text=_("For example 1 2 3.6. Empty: as it was."),
    )
    scope2_basis = forms.ChoiceField(
        label=_("Scope 2 basis"),
        required=False,
        choices=[
            ("", _("as it was")),
            *zip(BASES, (_("location-based"), _("market-based")), strict=True),
        ],
    )
    incentives = forms.CharField(
        label=_("Incentives per absorbed tonne"),
        required=False,
        help_text=_("By durability class: medium=50 long=90."),
    )
    under = forms.ChoiceField(
        label=_("Rules of another scheme"),
        required=False,
        help_text=_("Its prices and coverage, and what it shares out."),
    )
    rules_on = forms.DateField(
        label=_("Rules as on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The rules of this day for the whole period."),
    )
    factors_before = forms.CharField(
        label=_("Factors of release"), required=False, help_text=_("For example desnz_2024.")
    )
    factors_after = forms.CharField(
        label=_("are replaced by release"), required=False, help_text=_("For example desnz_2025.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "scheme", _schemes())
        _offer(self, "under", [("", _("its own")), *_schemes()])
        _offer(self, "period", _posted_periods())

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        before, after = facts.get("factors_before"), facts.get("factors_after")
        if bool(before) != bool(after):
            self.add_error("factors_after", _("Name both releases, or none."))
        prices = self._read("prices", lambda text: tuple(map(read_price, _words(text))))
        path = self._read("price_path", read_price_path)
        covered = self._read("coverage", lambda text: tuple(map(read_place, _words(text))))
        rates = self._read("incentives", lambda text: tuple(map(read_incentive, _words(text))))
        facts["settings"] = Settings(
            under=facts.get("under") or "",
            rules_on=facts.get("rules_on"),
            prices=(prices or ()) + (path or ()),
            coverage=covered,
            scope2_basis=facts.get("scope2_basis") or "",
            incentive_rates=rates or (),
            factor_sets=(before, after) if before and after else None,
        )
        return facts

    def _read(self, name: str, reader: Callable[[str], tuple[Any, ...]]) -> Any:
        """What a field says; None if it is empty, or else its error is shown beside it."""
        text = (self.cleaned_data.get(name) or "").strip()
        try:
            return reader(text) if text else None
        except ScenarioInvalid as refusal:
            self.add_error(name, refusal_told(refusal))
            return None


def _schemes() -> list[tuple[str, Any]]:
    return [(terms.code, terms.name) for terms in price_lookup.all_scheme_terms()]


def _posted_periods() -> list[tuple[str, Any]]:
    posted = Settlement.objects.filter(state=SettlementState.POSTED).values("period_id")
    periods = AccountingPeriod.objects.filter(pk__in=posted).order_by("-days")
    return [(period.code, describe(period)) for period in periods]


def _offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _words(text: str) -> Iterable[str]:
    return text.replace(",", " ").split()
