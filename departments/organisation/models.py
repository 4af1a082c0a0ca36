"""Tables: who. Legal entities, the effective-dated department tree, cost centres, people, keys."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from departments.organisation.notice_models import Notice as Notice
from departments.organisation.notice_models import NoticeMail as NoticeMail
from departments.organisation.notice_models import NoticeSetting as NoticeSetting
from departments.organisation.trail_models import AuditEvent as AuditEvent
from departments.organisation.trail_models import TrailAction as TrailAction


class LegalEntity(models.Model):
    """A company of the group that keeps books of its own."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(
        _("country"), max_length=2, db_comment="ISO 3166-1 alpha-2 code of its seat"
    )
    currency = models.CharField(
        _("currency"), max_length=3, db_comment="ISO 4217 code of its books"
    )

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class Department(models.Model):
    """A part of the company that is charged and paid; its place in the tree is dated."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    is_illustrative = models.BooleanField(
        _("illustrative"), default=False, help_text=_("Made up for a demonstration.")
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"),
                name="organisation_department_code_is_upper_case",
                violation_error_message=_("Use capital letters, digits and hyphens."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class DepartmentPlacement(models.Model):
    """Where a department stood in the tree, and in whose books, during a range of days."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="child_placements"
    )
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="placements")
    in_force = DateRangeField(_("in force"), db_comment="[first day, day after the last)")

    class Meta:
        verbose_name = _("department placement")
        verbose_name_plural = _("department placements")
        ordering = ["department", "in_force"]
        constraints = [
            ExclusionConstraint(
                name="organisation_one_placement_in_force",
                expressions=[
                    (F("department"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "This department already has a place in the tree on some of these days."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("department")),
                name="organisation_department_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} → {self.parent_id or '–'}, {self.in_force.lower}"


class CostCentre(models.Model):
    """Where finance books a department's fee, on which days; one of them is the default."""

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, related_name="cost_centres")
    department = models.ForeignKey(Department, models.PROTECT, related_name="cost_centres")
    in_force = DateRangeField(
        _("in force"), default=(None, None), db_comment="[first day, day after the last)"
    )
    is_default = models.BooleanField(
        _("default"),
        default=True,
        help_text=_("Exports name the default of the day in the department's legal entity."),
    )

    class Meta:
        verbose_name = _("cost centre")
        verbose_name_plural = _("cost centres")
        ordering = ["legal_entity", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "code"], name="organisation_cost_centre_code_is_unique"
            ),
            ExclusionConstraint(
                name="organisation_one_default_cost_centre",
                expressions=[
                    (F("department"), RangeOperators.EQUAL),
                    (F("legal_entity"), RangeOperators.EQUAL),
                    (F("in_force"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_default=True),
                violation_error_message=_(
                    "This department already has a default cost centre there on some of these days."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class User(AbstractUser):
    """A person; what they may do follows from their memberships alone."""

    disabled_count = models.PositiveIntegerField(
        default=0,
        editable=False,
        db_comment="how often the person was disabled; the database counts, and sessions end",
    )
    language = models.CharField(
        _("language of mails"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=settings.LANGUAGES,
        db_comment="empty: the installation's",
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]  # lazy, as in every model
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def get_session_auth_hash(self) -> str:
        """A session holds this; it ends with another password, or once the person is disabled."""
        return f"{super().get_session_auth_hash()}-{self.disabled_count}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same by the signing keys that were there before."""
        for earlier in super().get_session_auth_fallback_hash():
            yield f"{earlier}-{self.disabled_count}"


class Role(models.TextChoices):
    """What a person does, in a department (first three) or in the whole company."""

    CONTRIBUTOR = "contributor", _("contributor")
    APPROVER = "approver", _("approver")
    VIEWER = "viewer", _("viewer")
    SUSTAINABILITY_ANALYST = "sustainability_analyst", _("sustainability analyst")
    SUSTAINABILITY_APPROVER = "sustainability_approver", _("sustainability approver")
    FINANCE = "finance", _("finance")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


DEPARTMENT_ROLES = (Role.CONTRIBUTOR, Role.APPROVER, Role.VIEWER)
COMPANY_ROLES = tuple(role for role in Role if role not in DEPARTMENT_ROLES)


class Membership(models.Model):
    """A person's role: in one department and all below it, or company-wide."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="memberships"
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                nulls_distinct=False,
                name="organisation_membership_is_unique",
            ),
            models.CheckConstraint(
                condition=(
                    Q(role__in=DEPARTMENT_ROLES, department__isnull=False)
                    | Q(role__in=COMPANY_ROLES, department__isnull=True)
                ),
                name="organisation_role_matches_its_reach",
                violation_error_message=_(
                    "Contributor, approver and viewer need a department; the other roles are "
                    "company-wide and take none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.department_id or 'company'}"


class ApiKey(models.Model):
    """A program's way in: the secret is shown once and kept only as SHA-256."""

    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(
        _("prefix"), max_length=16, unique=True, db_comment="first characters, shown to people"
    )
    secret_sha256 = models.CharField(
        max_length=64, unique=True, db_comment="hex SHA-256 of the whole key, 256 random bits"
    )
    scopes = ArrayField(
        models.CharField(max_length=40), db_comment="what it may do, e.g. journal:read"
    )
    is_company_wide = models.BooleanField(
        _("company-wide"),
        default=False,
        help_text=_("It reaches as far as its person. Otherwise it sees its departments alone."),
    )
    departments = models.ManyToManyField(
        Department,
        blank=True,
        related_name="api_keys",
        help_text=_("Empty: the whole company. Otherwise these departments and all below them."),
    )
    acts_for = models.ForeignKey(
        User, models.PROTECT, related_name="api_keys", help_text=_("The person who answers for it.")
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeptReply(models.Model):
    """The answer to a POST with an Idempotency-Key, kept to be given again byte for byte."""

    request_sha256 = models.CharField(
        max_length=64,
        primary_key=True,
        db_comment="hex SHA-256 of who asked, method, path and Idempotency-Key",
    )
    body_sha256 = models.CharField(
        max_length=64, db_comment="hex SHA-256 of query, content type and body"
    )
    status = models.PositiveSmallIntegerField(db_comment="HTTP status")
    headers = models.JSONField(db_comment="names and values")
    content = models.BinaryField(db_comment="the body that was sent")
    kept_at = models.DateTimeField(db_index=True, db_comment="a sweep deletes it a day later")

    class Meta:
        verbose_name = _("kept reply")
        verbose_name_plural = _("kept replies")
        ordering = ["kept_at"]

    def __str__(self) -> str:
        return f"{self.status} {self.request_sha256[:12]}"


class Tally(models.Model):
    """How often something happened in a while that ends; the subject is a hash."""

    subject_sha256 = models.CharField(
        max_length=64, primary_key=True, db_comment="hex SHA-256 of what is counted, and for whom"
    )
    count = models.PositiveIntegerField(db_comment="since the while began")
    ends_at = models.DateTimeField(db_index=True, db_comment="a sweep deletes it afterwards")

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        ordering = ["ends_at"]

    def __str__(self) -> str:
        return f"{self.count} {self.subject_sha256[:12]}"
