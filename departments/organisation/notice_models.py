"""Tables: what somebody is told of, how they wish to be told, and the mails that tell it."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def mail_code() -> str:
    """A mail's name for life; receivers know a repeat by it."""
    return f"notice_{secrets.token_hex(12)}"


class NoticeKind(models.TextChoices):
    """What there is to tell."""

    STATEMENT_READY = "statement_ready", _("A statement is ready")
    RECORD_RETURNED = "record_returned", _("A record was returned")
    DISPUTE_ANSWERED = "dispute_answered", _("A dispute was answered")
    BUDGET_REACHED = "budget_reached", _("A budget is used to 80 or 100 %")


class NoticeDelivery(models.TextChoices):
    """How somebody is told, beside the list on the pages, where every notice stands."""

    AT_ONCE = "at_once", _("by e-mail at once")
    DAILY = "daily", _("by e-mail once a day")
    WEEKLY = "weekly", _("by e-mail once a week")
    ON_PAGES = "on_pages", _("on these pages only")


class NoticeMail(models.Model):
    """A mail to one person about one notice or many: it waits, was sent, or was given up."""

    user = models.ForeignKey("organisation.User", models.PROTECT, related_name="notice_mails")
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        default=mail_code,
        editable=False,
        db_comment="of its Message-ID, the same in each attempt",
    )
    delivery = models.CharField(_("kind"), max_length=10, choices=NoticeDelivery)
    created_at = models.DateTimeField(_("written at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), db_comment="not before")
    sent_at = models.DateTimeField(_("sent at"), null=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)
    error = models.CharField(
        _("error"), max_length=500, blank=True, db_comment="of the last attempt, or why it ended"
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(sent_at__isnull=False, given_up_at__isnull=False),
                name="organisation_sent_mail_is_not_given_up",
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=["at_once", "daily", "weekly"]),
                name="organisation_mail_is_a_mail",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="organisation_mail_unsent",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Notice(models.Model):
    """One thing to tell one person, written by the transaction that made it true."""

    user = models.ForeignKey("organisation.User", models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind)
    key = models.CharField(
        max_length=120, db_comment="names what happened, so that a person is told of it once"
    )
    department_ids = ArrayField(
        models.BigIntegerField(),
        db_comment="the departments it tells of; who no longer sees them all is not shown it",
    )
    facts = models.JSONField(_("content"), db_comment="names and percents, never an amount")
    page = models.CharField(max_length=40, db_comment="the portal's page that it leads to")
    page_arguments = ArrayField(models.CharField(max_length=60), default=list)
    page_query = models.CharField(max_length=200, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    mail_due_at = models.DateTimeField(
        null=True, db_comment="when it is looked at for a mail; null: no more"
    )
    digest = models.CharField(
        max_length=10, blank=True, db_comment="the digest that it waits for until mail_due_at"
    )
    mail = models.ForeignKey(NoticeMail, models.PROTECT, null=True, related_name="notices")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], name="organisation_notice_is_told_once"
            ),
            models.CheckConstraint(
                condition=Q(mail__isnull=True) | Q(mail_due_at__isnull=True),
                name="organisation_notice_is_mailed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="organisation_notice_of_person"),
            models.Index(
                fields=["user"],
                condition=Q(read_at__isnull=True),
                name="organisation_notice_unread",
            ),
            models.Index(
                fields=["mail_due_at"],
                condition=Q(mail_due_at__isnull=False),
                name="organisation_notice_mail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class NoticeSetting(models.Model):
    """How a person wishes to be told of a kind; without a row, by e-mail at once."""

    user = models.ForeignKey("organisation.User", models.CASCADE, related_name="notice_settings")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    delivery = models.CharField(max_length=10, choices=NoticeDelivery)

    class Meta:
        verbose_name = _("notice setting")
        verbose_name_plural = _("notice settings")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="organisation_one_setting_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=NoticeDelivery.values),
                name="organisation_notice_delivery_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.delivery}"
