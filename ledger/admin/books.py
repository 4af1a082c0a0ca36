"""Doors. Accounts, journal, statement lines and seals: for reading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from departments.organisation.admin_choices import LongRelatedFilter
from ledger import amounts, statements
from ledger.admin.pages import BooksAdmin, hash_of, moment, right
from ledger.audit.content import trace_path
from ledger.audit.trace import trace
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine, PeriodBalance
from ledger.models.periods import PeriodSeal
from ledger.models.settlements import EARNING, SettlementLine
from pricing.money import minor_exponent


@admin.register(Account)
class AccountAdmin(BooksAdmin):
    """The chart of accounts, with what each one holds."""

    list_display = ("code", "kind", "unit", "balance_amount")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("department", LongRelatedFilter),
        ("legal_entity", RelatedDropdownFilter),
    )
    search_fields = ("code",)
    ordering = ("code",)
    fields = (
        "code",
        "kind",
        "commodity",
        "balance_amount",
        "scheme",
        "department",
        "scope",
        "category",
        "durability_class",
        "legal_entity",
        "counterparty",
        "lines_link",
    )
    readonly_fields = ("balance_amount", "lines_link")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        kept = PeriodBalance.objects.filter(account=OuterRef("pk")).order_by().values("account")
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.select_related(
            "commodity", "scheme", "department", "legal_entity", "counterparty"
        ).annotate(
            balance_minor=Subquery(
                kept.annotate(net=Cast(Sum("debit") - Sum("credit"), BigIntegerField())).values(
                    "net"
                )
            )
        )

    @admin.display(description=_("unit"), ordering="commodity")
    def unit(self, account: Account) -> str:
        return account.commodity_id

    @admin.display(description=_("balance (debit − credit)"))
    def balance_amount(self, account: Any) -> SafeString:
        shown = amounts.in_commodity(account.balance_minor or 0, account.commodity.exponent)
        return right(f"{shown} {account.commodity_id}")

    @admin.display(description=_("journal lines"))
    def lines_link(self, account: Account) -> SafeString:
        address = reverse("admin:ledger_journalline_changelist")
        return format_html(
            '<a class="desk-link" href="{}?account__id__exact={}">{}</a>',
            address,
            account.pk,
            _("Show the lines of this account"),
        )


@admin.register(JournalEntry)
class JournalEntryAdmin(BooksAdmin):
    """Entries, newest first; the page of one shows its lines."""

    list_display = (
        "id",
        "entry_day",
        "period",
        "department_code",
        "description",
        "purpose",
        "activity_period",
    )
    list_display_links = ("id", "description")
    list_filter = (
        ("period", RelatedDropdownFilter),
        ("department", LongRelatedFilter),
        ("activity_period", RelatedDropdownFilter),
    )
    list_select_related = ("period", "department", "activity_period")
    search_fields = ("=id", "=source_id")
    search_help_text = _("Entry number or source id")
    ordering = ("-id",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "settlement__id__exact" or bool(
            super().lookup_allowed(lookup, value, request)
        )

    @admin.display(description=_("entry date"))
    def entry_day(self, entry: JournalEntry) -> str:
        return entry.entry_date.isoformat()

    @admin.display(description=_("department"))
    def department_code(self, entry: JournalEntry) -> str:
        return entry.department.code if entry.department else "–"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        entry = self.row_to_read(request, object_id)
        lines = list(
            JournalLine.objects.filter(entry=entry)
            .select_related("account__legal_entity", "commodity")
            .order_by("id")
        )
        return self.page(
            request,
            "entry",
            _("Entry %(number)s") % {"number": entry.pk},
            entry=entry,
            lines=lines,
            totals=_totals(lines),
            reversal=JournalEntry.objects.filter(reverses=entry).first(),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        rows: QuerySet[JournalEntry] = super().get_queryset(request)
        return rows.select_related(
            "period", "department", "activity_period", "posted_by", "settlement__period"
        )


def _totals(lines: list[JournalLine]) -> list[dict[str, Any]]:
    totals: dict[str, dict[str, Any]] = {}
    for line in lines:
        total = totals.setdefault(
            line.commodity_id, {"commodity": line.commodity, "debit": 0, "credit": 0}
        )
        total["debit"] += line.debit
        total["credit"] += line.credit
    return list(totals.values())


@admin.register(JournalLine)
class JournalLineAdmin(BooksAdmin):
    """Debits and credits, newest first."""

    list_display = (
        "id",
        "entry_link",
        "entry_date",
        "account",
        "unit",
        "debit_amount",
        "credit_amount",
    )
    list_filter = (("commodity", RelatedDropdownFilter),)
    list_select_related = ("entry", "account", "commodity")
    search_fields = ("=account__code", "=entry__id")
    search_help_text = _("Account code or entry number, in full")
    ordering = ("-id",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or bool(
            super().lookup_allowed(lookup, value, request)
        )

    @admin.display(description=_("unit"), ordering="commodity")
    def unit(self, line: JournalLine) -> str:
        return line.commodity_id

    @admin.display(description=_("entry"))
    def entry_link(self, line: JournalLine) -> SafeString:
        address = reverse("admin:ledger_journalentry_change", args=[line.entry_id])
        return format_html('<a class="desk-link" href="{}">{}</a>', address, line.entry_id)

    @admin.display(description=_("entry date"))
    def entry_date(self, line: JournalLine) -> str:
        return line.entry.entry_date.isoformat()

    @admin.display(description=_("debit"))
    def debit_amount(self, line: JournalLine) -> SafeString:
        return self._side(line, line.debit)

    @admin.display(description=_("credit"))
    def credit_amount(self, line: JournalLine) -> SafeString:
        return self._side(line, line.credit)

    def _side(self, line: JournalLine, minor: int) -> SafeString:
        return right(amounts.in_commodity(minor, line.commodity.exponent) if minor else "–")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.row_to_read(request, object_id)
        after = request.GET.get("results_after", "")
        after_id = int(after) if after.isdecimal() and len(after) < 19 else 0
        return self.page(
            request,
            "trace",
            _("Journal line %(number)s, traced") % {"number": row.pk},
            found=trace(line_id=row.pk, records_after=after_id),
            exponent=row.commodity.exponent,
            api=trace_path(row.pk),
        )


@admin.register(SettlementLine)
class SettlementLineAdmin(BooksAdmin):
    """Statement lines; the page of one shows its whole arithmetic."""

    list_display = (
        "id",
        "department_code",
        "settlement_name",
        "activity_period",
        "kind",
        "true_up",
        "source",
        "settled_tonnes",
        "price_amount",
        "line_amount",
    )
    list_display_links = ("id", "department_code")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("activity_period", RelatedDropdownFilter),
        ("department", LongRelatedFilter),
    )
    list_select_related = ("department", "activity_period", "settlement__period", "scheme")
    ordering = ("-id",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        allowed = (
            "settlement__id__exact",
            "settlement__state__exact",
            "department__id__exact",
            "scheme__id__exact",
            "price__id__exact",
        )
        return lookup in allowed or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=_("department"))
    def department_code(self, line: SettlementLine) -> str:
        return line.department.code

    @admin.display(description=_("settlement"))
    def settlement_name(self, line: SettlementLine) -> str:
        return f"{line.scheme.code} {line.settlement.period.code} ({line.settlement.revision})"

    @admin.display(description=_("scope"))
    def source(self, line: SettlementLine) -> str:
        if line.scope is None:
            return line.durability_class
        return f"{line.scope}.{line.category}" if line.category else str(line.scope)

    @admin.display(description=_("true-up"))
    def true_up(self, line: SettlementLine) -> Any:
        return _("true-up") if line.is_true_up else ""

    @admin.display(description=_("tonnes CO2e"))
    def settled_tonnes(self, line: SettlementLine) -> SafeString:
        return right(amounts.rounded(Decimal(line.settled_mgco2e).scaleb(-9), 3))

    @admin.display(description=_("price per tonne"))
    def price_amount(self, line: SettlementLine) -> SafeString:
        price = line.price_per_tonne
        return right("–" if price is None else amounts.exact(price, 2))

    @admin.display(description=_("amount"))
    def line_amount(self, line: SettlementLine) -> SafeString:
        exponent = minor_exponent(line.scheme.currency)
        sign = -1 if line.kind in EARNING else 1
        shown = amounts.in_commodity(sign * line.amount_minor, exponent)
        return right(f"{shown} {line.scheme.currency}")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.row_to_read(request, object_id)
        return self.page(
            request,
            "line",
            _("Statement line %(number)s") % {"number": row.pk},
            detail=statements.line_detail(line_id=row.pk, department_ids=None),
            line_id=row.pk,
        )


@admin.register(PeriodSeal)
class PeriodSealAdmin(BooksAdmin):
    """The chain of seals, newest first; the newest is the head."""

    list_display = ("number", "period", "line_count", "lines_hash", "chain_hash", "sealed")
    list_select_related = ("period",)
    ordering = ("-number",)
    fields = (
        "number",
        "period",
        "line_count",
        "lines_sha256",
        "previous_sha256",
        "chain_sha256",
        "sealed_at",
    )
    readonly_fields = ("sealed_at",)

    @admin.display(description=_("sealed at"))
    def sealed(self, seal: PeriodSeal) -> str:
        return moment(seal.sealed_at)

    @admin.display(description=_("lines' hash"))
    def lines_hash(self, seal: PeriodSeal) -> SafeString:
        return hash_of(seal.lines_sha256)

    @admin.display(description=_("chain's hash"))
    def chain_hash(self, seal: PeriodSeal) -> SafeString:
        return hash_of(seal.chain_sha256)
