"""Tables: how files in their writers' own forms are read, by name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ColumnMapping(models.Model):
    """A version of a mapping: the newest of its name counts, and none is ever changed."""

    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"), db_comment="counts from 1 in its name")
    header = models.JSONField(
        _("columns of the file"), db_comment="names in the order of the file it was made for"
    )
    plan = models.JSONField(
        _("reading"),
        db_comment="columns, fixed values, words for units, order of days, decimal sign, …",
    )
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"], name="inventory_mapping_version_is_unique_in_its_name"
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""), name="inventory_mapping_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
