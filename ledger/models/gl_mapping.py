"""Tables: which general-ledger account of a legal entity an account of ours is."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import AccountKind

KILOGRAM_KINDS = (AccountKind.EMISSIONS, AccountKind.REMOVALS, AccountKind.ATMOSPHERE)
MONEY_KINDS = tuple(kind for kind in AccountKind if kind not in KILOGRAM_KINDS)


class GlMapping(models.Model):
    """A GL account for one kind of account of a legal entity, from a day on.

    The narrower mapping wins: scheme, then category, then the kind alone. A mapping is never
    edited: it ends, or is void from the start; it stays, with who did it and when.
    """

    legal_entity = models.ForeignKey(
        "organisation.LegalEntity",
        models.PROTECT,
        related_name="+",
        verbose_name=_("legal entity"),
    )
    account_kind = models.CharField(_("kind of account"), max_length=20, choices=AccountKind)
    scheme = models.ForeignKey(
        "pricing.Scheme",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scheme"),
        db_comment="null: every scheme",
    )
    category = models.PositiveSmallIntegerField(
        _("Scope 3 category"), null=True, blank=True, db_comment="null: every category"
    )
    gl_account = models.CharField(_("GL account"), max_length=40)
    gl_name = models.CharField(_("GL name"), max_length=200, blank=True)
    tax_code = models.CharField(_("tax code"), max_length=20, blank=True)
    segment = models.CharField(_("segment"), max_length=60, blank=True)
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")
    is_void = models.BooleanField(
        _("void"), default=False, db_comment="entered by mistake: never in force"
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set at"), db_default=Now(), editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("GL mapping")
        verbose_name_plural = _("GL mappings")
        ordering = ["legal_entity", "account_kind", "scheme", "category", "in_force"]
        constraints = [
            ExclusionConstraint(
                name="ledger_one_gl_account_in_force",
                expressions=[
                    (F("legal_entity"), RangeOperators.EQUAL),
                    (F("account_kind"), RangeOperators.EQUAL),
                    (Coalesce(F("scheme"), 0), RangeOperators.EQUAL),
                    (Coalesce(F("category"), 0), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_void=False),
                violation_error_message=_(
                    "This kind of account already has a GL account on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(gl_account="") & ~Q(in_force__isempty=True),
                name="ledger_gl_mapping_names_an_account",
            ),
            models.CheckConstraint(
                condition=(Q(category__isnull=True) | Q(account_kind=AccountKind.EMISSIONS))
                & (Q(scheme__isnull=True) | Q(account_kind__in=MONEY_KINDS)),
                name="ledger_gl_mapping_narrows_what_its_kind_has",
                violation_error_message=_(
                    "Only emissions have a category, and only fees, incentives and funds a scheme."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_kind} → {self.gl_account}"
