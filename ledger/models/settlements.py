"""Tables: settlements, their shards, their statement lines, and which record each line settles."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.periods import AccountingPeriod


class SettlementState(models.TextChoices):
    CALCULATING = "calculating", _("calculating")
    CALCULATED = "calculated", _("calculated")
    APPROVED = "approved", _("approved")
    POSTED = "posted", _("posted")
    CANCELLED = "cancelled", _("cancelled")


class Settlement(models.Model):
    """One run of one scheme and period: it turns tonnes into journal entries.

    Its inputs are fixed when it is created: every record approved up to a number. So it can be
    calculated by many workers, at any time, any number of times, with the same result.
    """

    scheme = models.ForeignKey("pricing.Scheme", models.PROTECT, related_name="+")
    period = models.ForeignKey(AccountingPeriod, models.PROTECT, related_name="settlements")
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    state = models.CharField(
        _("state"), max_length=12, choices=SettlementState, default=SettlementState.CALCULATING
    )
    settled_until = models.DateField(
        null=True,
        db_comment="first day no earlier settlement of the scheme had reached; null: none had",
    )
    approval_number_after = models.BigIntegerField(
        db_comment="activity before settled_until counts only if approved after this number"
    )
    approval_number_through = models.BigIntegerField(
        db_comment="records approved up to this number are in"
    )
    record_count = models.PositiveBigIntegerField(
        _("records"), default=0, db_comment="inputs, counted when it was created"
    )
    input_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="over its shards' digests, when it was created"
    )
    rules = models.JSONField(
        default=dict,
        db_comment="prices, coverage and incentive rates as they were when it was created",
    )
    shard_count = models.PositiveSmallIntegerField(default=1)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(db_default=Now(), editable=False)
    calculated_at = models.DateTimeField(null=True, blank=True)
    review_ends_on = models.DateField(
        _("review ends on"), null=True, blank=True, db_comment="last day to dispute"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    posted_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "period", "revision"], name="ledger_settlement_is_unique"
            ),
            models.UniqueConstraint(
                fields=["scheme"],
                condition=~Q(state__in=["posted", "cancelled"]),
                name="ledger_one_settlement_under_way",
                violation_error_message=_("This scheme already has a settlement under way."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="ledger_settlement_approved_by_another_person",
                violation_error_message=_("Whoever prepared a settlement can't approve it."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "posted"]) | Q(approved_by__isnull=False),
                name="ledger_approved_settlement_names_its_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(posted_by__isnull=False, posted_at__isnull=False),
                name="ledger_posted_settlement_names_its_poster",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id}/{self.period_id}/{self.revision}"


class ShardState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    QUARANTINED = "quarantined", _("quarantined")


class SettlementShard(models.Model):
    """A part of a settlement, calculated whole or not at all by one worker."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="shards")
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=12, choices=ShardState, default=ShardState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    input_count = models.PositiveBigIntegerField(
        default=0, db_comment="inputs, counted when the settlement was created"
    )
    input_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="over its sorted inputs, at the same moment"
    )
    record_count = models.PositiveBigIntegerField(
        _("records"), default=0, db_comment="what its lines settled"
    )
    settled_sha256 = models.CharField(
        max_length=64, blank=True, db_comment="the same digest over what its lines settled"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("settlement shard")
        verbose_name_plural = _("settlement shards")
        ordering = ["settlement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "number"], name="ledger_shard_is_unique"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(record_count=F("input_count"), settled_sha256=F("input_sha256")),
                name="ledger_done_shard_settled_its_inputs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id}/{self.number} {self.state}"


class LineKind(models.TextChoices):
    CHARGE = "charge", _("charge")
    INCENTIVE = "incentive", _("incentive")
    LEVY = "levy", _("levy")
    ALLOCATION = "allocation", _("allocation")
    RECORDED = "recorded", _("recorded, not charged")


# A charge and an incentive are tonnes × price; a levy and an allocation are what a mechanism adds.
CHARGING = (LineKind.CHARGE, LineKind.LEVY)
EARNING = (LineKind.INCENTIVE, LineKind.ALLOCATION)


class SettlementLine(models.Model):
    """A statement line: one department, activity period, kind, scope, category and price.

    Rounded once, here: amount = round(all tonnes so far × price) − amount so far. Quantities and
    amounts are what this settlement adds; `…_before` is what earlier settlements had on the key.
    A levy or an allocation has no tonnes, price or shard: it is what the scheme's mechanism shares
    out once all shards are done, less what it shared out before.
    """

    settlement = models.ForeignKey(
        Settlement, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    shard = models.ForeignKey(
        SettlementShard,
        models.PROTECT,
        null=True,
        related_name="lines",
        db_constraint=False,
        db_index=False,
        db_comment="null: a levy or an allocation, of the whole settlement",
    )
    scheme = models.ForeignKey(
        "pricing.Scheme", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    department = models.ForeignKey(
        "organisation.Department",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    activity_period = models.ForeignKey(
        AccountingPeriod, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    is_true_up = models.BooleanField(
        _("true-up"), db_comment="the activity lies in a period before the settlement's own"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind)
    scope = models.PositiveSmallIntegerField(_("scope"), null=True)
    category = models.PositiveSmallIntegerField(_("Scope 3 category"), null=True)
    durability_class = models.CharField(_("durability class"), max_length=10, blank=True)
    price = models.ForeignKey(
        "pricing.CarbonPrice",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    incentive_rate = models.ForeignKey(
        "pricing.IncentiveRate",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    price_per_tonne = models.DecimalField(
        _("price per tonne"),
        max_digits=18,
        decimal_places=6,
        null=True,
        db_comment="currency per tCO2e, or incentive rate; null where nothing is charged",
    )
    location_mgco2e = models.BigIntegerField(db_comment="mgCO2e, location-based, this settlement")
    market_mgco2e = models.BigIntegerField(db_comment="mgCO2e, market-based, this settlement")
    settled_mgco2e = models.BigIntegerField(
        db_comment="mgCO2e on the scheme's own basis, this settlement: the priced quantity"
    )
    settled_before_mgco2e = models.BigIntegerField(db_comment="mgCO2e on this key before")
    amount_minor = models.BigIntegerField(
        db_comment="minor units of the scheme's currency, this settlement; earnings are positive"
    )
    amount_before_minor = models.BigIntegerField(db_comment="minor units on this key before")
    record_count = models.PositiveBigIntegerField(_("records"))
    quantity_account = models.ForeignKey(
        "ledger.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="where its kgCO2e are booked; null where the scheme books none",
    )
    money_account = models.ForeignKey(
        "ledger.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="where its amount is booked; null where no money moves",
    )
    legal_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        db_comment="whose books its department was in on the days of its activity; null where the "
        "scheme tells no books apart, or nothing is charged or earned",
    )
    explanation = models.TextField(
        null=True,
        db_comment="of a levy or an allocation: how its amount so far came about, by sentence",
    )

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        ordering = ["settlement", "department", "activity_period", "kind", "scope", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "department",
                    "activity_period",
                    "settlement",
                    "kind",
                    "scope",
                    "category",
                    "durability_class",
                    "price",
                    "incentive_rate",
                    "legal_entity",
                ],
                nulls_distinct=False,
                name="ledger_statement_line_is_unique",
            ),
        ]
        # A settlement's lines lie together, so a block index finds them at next to no cost.
        indexes = [
            BrinIndex(fields=["settlement"], name="ledger_line_by_settlement", autosummarize=True)
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.department_id} {self.kind} {self.amount_minor}"


class SettledRecord(models.Model):
    """Which line settled an emission record: charged once per scheme, taken back at most once."""

    pk = models.CompositePrimaryKey("scheme", "emission_record", "sign")
    scheme = models.ForeignKey(
        "pricing.Scheme", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    emission_record = models.ForeignKey(
        "inventory.EmissionRecord",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    line = models.ForeignKey(
        SettlementLine,
        models.CASCADE,
        related_name="settled_records",
        db_constraint=False,
        db_index=False,
    )
    sign = models.SmallIntegerField(db_comment="+1 settled, -1 taken back because superseded")

    class Meta:
        verbose_name = _("settled record")
        verbose_name_plural = _("settled records")
        constraints = [
            models.CheckConstraint(condition=Q(sign__in=[1, -1]), name="ledger_settled_sign"),
        ]
        # Written line by line, so a block index is enough.
        indexes = [
            BrinIndex(
                fields=["line"],
                name="ledger_settled_by_line",
                pages_per_range=16,
                autosummarize=True,
            )
        ]

    def __str__(self) -> str:
        return f"{self.emission_record_id} in {self.line_id}"
