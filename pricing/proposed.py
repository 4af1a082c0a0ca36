"""Tables: what every rule of a scheme has that one person proposes and another approves."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Proposed(models.Model):
    """What one person proposes and another approves; it counts from then on."""

    scheme = models.ForeignKey("pricing.Scheme", models.PROTECT, related_name="+")
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")
    reason = models.TextField(_("reason"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="pricing_%(class)s_approved_by_another_person",
                violation_error_message=_("Whoever proposed it can't approve it."),
            ),
        ]
