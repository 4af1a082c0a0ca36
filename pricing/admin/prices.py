"""Doors. Administration of policy: schemes, and prices and rates with their two people."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import RangeWidget
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminURLInputWidget

from departments.organisation.access import Permission
from departments.organisation.admin_access import RoleAdmin, RoleInline, may_here
from departments.organisation.calendar import days_told
from departments.organisation.models import User
from departments.organisation.telling import refusal_told
from pricing import price_setting
from pricing.errors import PricingError
from pricing.models import CarbonPrice, IncentiveRate, Scheme, SchemeCoverage


class CoverageForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """New coverage, or the day on which coverage ends; an end is rehearsed."""

    by: User

    class Meta:
        model = SchemeCoverage
        fields = ["scope", "category", "in_force"]
        widgets = {"in_force": RangeWidget(UnfoldAdminDateWidget())}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["scope"].disabled = self.fields["category"].disabled = True

    def clean_in_force(self) -> Any:
        asked = self.cleaned_data["in_force"]
        if not self.instance.pk or asked == self.initial["in_force"]:
            return asked
        if asked.lower != self.initial["in_force"].lower:
            raise forms.ValidationError(_("The first day stays as it is; only the end may change."))
        if asked.upper is None:
            raise forms.ValidationError(_("An end stays; add another coverage from that day on."))
        try:
            with transaction.atomic():
                price_setting.end_coverage(
                    coverage_id=self.instance.pk, ends_before=asked.upper, by=self.by
                )
                transaction.set_rollback(True)
        except PricingError as refusal:
            raise forms.ValidationError(refusal_told(refusal)) from refusal
        return asked


class CoverageInline(RoleInline):
    """What is covered is never changed, only ended, today or on a coming day."""

    model = SchemeCoverage
    form = CoverageForm
    to_write = Permission.PROPOSE_PRICE

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.by = request.user
        return formset


@admin.register(Scheme)
class SchemeAdmin(RoleAdmin):
    """What was charged under a code, currency, mechanism and basis can't be reread under others."""

    to_write = Permission.PROPOSE_PRICE
    inlines = [CoverageInline]
    list_display = ["code", "name", "mechanism", "currency", "scope2_basis", "starts_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Scheme | None = None) -> Any:
        if obj is None:
            return []
        return [
            "code",
            "mechanism",
            "currency",
            "scope2_basis",
            "starts_on",
            "keeps_atmosphere",
            "fund_entity",
            "fund_may_overdraw",
            "contributions_lapse",
        ]


class ProposalForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """A proposal's days; it is rehearsed, so that a refusal stands beside the fields."""

    by: User
    propose: Callable[..., Any]
    end: Callable[..., Any]

    starts_on = forms.DateField(label=_("First day"), widget=UnfoldAdminDateWidget)
    ends_before = forms.DateField(
        label=_("Ends before"),
        required=False,
        help_text=_("The day after the last; empty: until further notice."),
        widget=UnfoldAdminDateWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["starts_on"]
            self.initial["ends_before"] = self.instance.in_force.upper

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            with transaction.atomic():
                self.carry_out()
                transaction.set_rollback(True)
        except PricingError as refusal:
            raise forms.ValidationError(refusal_told(refusal)) from refusal
        return cleaned

    def carry_out(self) -> Any:
        """Propose what was entered, or end what is there; None if there is nothing to do."""
        asked = dict(self.cleaned_data)
        if not self.instance.pk:
            return type(self).propose(by=self.by, **_ids(asked))
        ends_before = asked["ends_before"]
        if ends_before is None or ends_before == self.instance.in_force.upper:
            return None
        return type(self).end(self.instance.pk, ends_before=ends_before, by=self.by)


class SourceField(forms.URLField):
    """Where a figure comes from."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Source"),
            required=False,
            assume_scheme="https",
            max_length=500,
            widget=UnfoldAdminURLInputWidget,
        )


class PriceForm(ProposalForm):
    propose = staticmethod(price_setting.propose_price)

    source_url = SourceField()

    class Meta:
        model = CarbonPrice
        fields = [
            "scheme",
            "department",
            "scope",
            "category",
            "country",
            "price_per_tonne",
            "reason",
        ]

    @staticmethod
    def end(price_id: int, **asked: Any) -> CarbonPrice:
        return price_setting.end_price(price_id=price_id, **asked)


class RateForm(ProposalForm):
    propose = staticmethod(price_setting.propose_incentive_rate)

    class Meta:
        model = IncentiveRate
        fields = ["scheme", "durability_class", "rate_per_tonne", "reason"]

    @staticmethod
    def end(rate_id: int, **asked: Any) -> IncentiveRate:
        return price_setting.end_incentive_rate(rate_id=rate_id, **asked)


class ProposalAdmin(RoleAdmin):
    """Proposed by one person, approved by another, from then on only ended, on a coming day."""

    to_write = Permission.PROPOSE_PRICE
    actions = ["approve_selected", "withdraw_selected"]
    list_filter = ["scheme"]
    approve: Callable[..., Any]
    withdraw: Callable[..., Any]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [*self.form().fields]
        people = ["proposed_by", "proposed_at", "approved_by", "approved_at"]
        ends = ["ends_before"] if self.has_change_permission(request, obj) else []
        return [*map(self._shown, _stored(self.form)), "days", *people, *ends]

    def _shown(self, name: str) -> str:
        """What stands for a field once it is entered: a figure of a tonne with its currency."""
        is_figure = name in ("price_per_tonne", "rate_per_tonne")
        return "amount_per_tonne" if is_figure and hasattr(self, "amount_per_tonne") else name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        return [name for name in self.get_fields(request, obj) if name != "ends_before"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = form.carry_out()
        if saved is not None:
            obj.__dict__.update(saved.__dict__)

    @admin.display(description=_("scheme"), ordering="scheme")
    def scheme_code(self, row: Any) -> str:
        return str(row.scheme.code)

    @admin.display(description=_("in force"), ordering="in_force")
    def days(self, row: Any) -> str:
        return days_told(row.in_force)

    @display(description=_("state"))  # type: ignore[untyped-decorator]
    def state(self, proposal: Any) -> str:
        return str(_("approved") if proposal.approved_by_id else _("waits for another person"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_here(request, Permission.APPROVE_PRICE)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.APPROVE_PRICE)

    @admin.action(description=_("Approve the selected ones"), permissions=["approve"])
    def approve_selected(self, request: HttpRequest, proposals: QuerySet[Any]) -> None:
        now = timezone.now()
        self._each(request, proposals, lambda pk: type(self).approve(pk, by=request.user, at=now))

    @admin.action(description=_("Withdraw the selected ones"), permissions=["add"])
    def withdraw_selected(self, request: HttpRequest, proposals: QuerySet[Any]) -> None:
        self._each(request, proposals, lambda pk: type(self).withdraw(pk, by=request.user))

    def _each(
        self, request: HttpRequest, proposals: QuerySet[Any], step: Callable[[int], Any]
    ) -> None:
        """Take a step for each one that allows it; say of each other one why not."""
        done = 0
        for proposal in proposals:
            try:
                step(proposal.pk)
                done += 1
            except PricingError as refusal:
                self.message_user(request, refusal_told(refusal), messages.ERROR)
        if done:
            self.message_user(request, _("Done: %(count)d.") % {"count": done})


@admin.register(CarbonPrice)
class CarbonPriceAdmin(ProposalAdmin):
    form = PriceForm
    autocomplete_fields = ["department"]
    list_display = [
        "scheme_code",
        "department",
        "scope",
        "category",
        "country",
        "amount_per_tonne",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "department", "proposed_by"]

    @admin.display(description=_("price per tonne"), ordering="price_per_tonne")
    def amount_per_tonne(self, price: CarbonPrice) -> SafeString:
        return per_tonne(price.price_per_tonne, price.scheme.currency)

    @staticmethod
    def approve(price_id: int, **asked: Any) -> CarbonPrice:
        return price_setting.approve_price(price_id=price_id, **asked)

    @staticmethod
    def withdraw(price_id: int, **asked: Any) -> None:
        price_setting.withdraw_price(price_id=price_id, **asked)


@admin.register(IncentiveRate)
class IncentiveRateAdmin(ProposalAdmin):
    form = RateForm
    list_display = [
        "scheme_code",
        "durability_class",
        "amount_per_tonne",
        "days",
        "proposed_by",
        "state",
    ]
    list_select_related = ["scheme", "proposed_by"]

    @admin.display(description=_("rate per tonne"), ordering="rate_per_tonne")
    def amount_per_tonne(self, rate: IncentiveRate) -> SafeString:
        return per_tonne(rate.rate_per_tonne, rate.scheme.currency)

    @staticmethod
    def approve(rate_id: int, **asked: Any) -> IncentiveRate:
        return price_setting.approve_incentive_rate(rate_id=rate_id, **asked)

    @staticmethod
    def withdraw(rate_id: int, **asked: Any) -> None:
        price_setting.withdraw_incentive_rate(rate_id=rate_id, **asked)


def per_tonne(value: Decimal, currency: str) -> SafeString:
    """With two places at least, and no idle zeros beyond: `15.00 USD`."""
    whole, _point, places = f"{value:,f}".partition(".")
    shown = f"{whole}.{places.rstrip('0').ljust(2, '0')} {currency}"
    return format_html('<span class="desk-amount">{}</span>', shown)


def _stored(form: type[ProposalForm]) -> list[str]:
    return [name for name in form().fields if name not in ("starts_on", "ends_before")]


def _ids(asked: dict[str, Any]) -> dict[str, Any]:
    """A form's rows as the ids that price setting takes."""
    rows = {name: asked.pop(name) for name in ("scheme", "department") if name in asked}
    return asked | {f"{name}_id": row.pk if row is not None else None for name, row in rows.items()}
