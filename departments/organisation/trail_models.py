"""Tables: the audit trail, a row a change; written by triggers alone and only ever added to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class TrailAction(models.TextChoices):
    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    REMOVED = "removed", _("removed")
    EMPTIED = "emptied", _("emptied")


class AuditEvent(models.Model):
    """What was changed in one row, by whom and why, as the database itself saw it.

    People are ids without a foreign key, and their names are not in it: a name can be erased and
    the trail stays. Secrets are not in it either, only that they changed.
    """

    at = models.DateTimeField(_("at"))
    xid = models.BigIntegerField(db_comment="the transaction; its events belong together")
    table_name = models.CharField(_("table"), max_length=63)
    object_key = models.CharField(
        _("object"), max_length=200, db_comment="the row's primary key; empty for a whole table"
    )
    action = models.CharField(_("what"), max_length=10, choices=TrailAction)
    person_id = models.BigIntegerField(
        null=True, db_comment="for whom the transaction said it works"
    )
    key_id = models.BigIntegerField(null=True, db_comment="the API key that it came with")
    named_id = models.BigIntegerField(
        null=True, db_comment="the one person whom the row names in a column …_by_id that changed"
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    program = models.CharField(
        _("program"), max_length=63, blank=True, db_comment="application_name of the connection"
    )
    database_role = models.CharField(_("database role"), max_length=63)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    changed = ArrayField(
        models.CharField(max_length=63), db_comment="columns; empty unless the row was changed"
    )
    before = models.JSONField(null=True, db_comment="what was; of a change its columns alone")
    after = models.JSONField(null=True, db_comment="what is since; of a change its columns alone")

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["table_name", "object_key", "id"], name="organisation_trail_object"
            ),
            models.Index(fields=["person_id", "id"], name="organisation_trail_person"),
            models.Index(fields=["named_id", "id"], name="organisation_trail_named"),
            models.Index(fields=["at"], name="organisation_trail_at"),
            models.Index(fields=["request_id"], name="organisation_trail_request"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=TrailAction.values),
                name="organisation_trail_names_an_action",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.object_key} {self.action}"
