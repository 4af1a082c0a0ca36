"""Tables: policy in words. What a company says about a scheme, by topic, in numbered versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from departments.organisation.calendar import days_told
from pricing.proposed import Proposed


class TextTopic(models.TextChoices):
    """What a disclosure asks a company to say; figures are computed and have no topic."""

    OBJECTIVES = "objectives", _("objectives")
    PRICE_FACTORS = "price_factors", _("factors considered for the price")
    METHODOLOGY = "methodology", _("methodology and assumptions of the price")
    SCOPE_OF_APPLICATION = "scope_of_application", _("scope of application")
    DIFFERENTIATION = "differentiation", _("how and why the price is differentiated")
    EXPECTED_CHANGE = "expected_change", _("how the price is expected to change")
    DECISION_PROCESSES = "decision_processes", _("decisions it is applied to")
    MANDATORY = "mandatory", _("whether it is mandatory in them")
    MONITORING = "monitoring", _("how it is monitored and evaluated")
    GOVERNANCE = "governance", _("governance")
    FINANCIAL_STATEMENTS = "financial_statements", _("consistency with financial statements")
    REMOVAL_ASSUMPTIONS = "removal_assumptions", _("assumptions behind removals")


class SchemeText(Proposed):
    """One topic of a scheme in words, from a day on; of approved versions the highest counts.

    Once approved it is never edited or deleted. A correction is the next version, also of days
    that have passed, so every disclosure says which version it prints.
    """

    topic = models.CharField(_("topic"), max_length=24, choices=TextTopic)
    version = models.PositiveIntegerField(
        _("version"), editable=False, db_comment="1, 2, 3 … of a scheme and topic, as proposed"
    )
    text = models.TextField(_("text"))

    class Meta(Proposed.Meta):
        abstract = False
        verbose_name = _("scheme text")
        verbose_name_plural = _("scheme texts")
        ordering = ["scheme", "topic", "-version"]
        constraints = [
            *Proposed.Meta.constraints,
            models.UniqueConstraint(
                fields=["scheme", "topic", "version"], name="pricing_scheme_text_has_a_version"
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="pricing_scheme_text_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} v{self.version}, {days_told(self.in_force)}"
