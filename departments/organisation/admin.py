"""Doors. Administration of who there is: people, departments, entities, cost centres, keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.postgres.forms import RangeWidget
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
)

from departments.organisation import notice_mails
from departments.organisation.access import Permission
from departments.organisation.admin_access import RoleAdmin, RoleInline, may_here
from departments.organisation.admin_choices import is_long
from departments.organisation.api_keys import SCOPES, issue_key, revoke_key
from departments.organisation.calendar import days_told
from departments.organisation.errors import OrganisationError
from departments.organisation.models import (
    ApiKey,
    CostCentre,
    Department,
    DepartmentPlacement,
    LegalEntity,
    Membership,
    User,
)
from departments.organisation.notice_models import NoticeMail
from departments.organisation.people import open_admin_by_role
from departments.organisation.placement import place_department
from departments.organisation.telling import refusal_told

admin.site.unregister(Group)  # what people may do follows from their memberships alone
admin.site.unregister((EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken))


class MembershipInline(RoleInline):
    """Roles are given and taken; each stays with its department."""

    model = Membership
    autocomplete_fields = ["department"]
    to_write = Permission.MANAGE_PEOPLE

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_here(request, Permission.MANAGE_PEOPLE)


@admin.register(User)
class UserAdmin(RoleAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # no subscript when it runs
    """People are made inactive, never deleted: the books name them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    to_read = Permission.MANAGE_PEOPLE
    to_write = Permission.MANAGE_PEOPLE
    inlines = [MembershipInline]
    list_display = ["username", "first_name", "last_name", "email", "is_active"]
    list_filter = ["is_active", "memberships__role"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "is_active"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        open_admin_by_role(form.instance)


@admin.register(LegalEntity)
class LegalEntityAdmin(RoleAdmin):
    """A code is for life: accounts and statements name the legal entity by it."""

    to_write = Permission.MANAGE_PEOPLE
    list_display = ["code", "name", "country", "currency"]
    search_fields = ["code", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: LegalEntity | None = None) -> Any:
        return ["code"] if obj else []


class PlacementInline(RoleInline):
    """Where it stood when; a move is made above, and never rewrites the past."""

    model = DepartmentPlacement
    fk_name = "department"
    fields = ["parent", "legal_entity", "in_force"]


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """A department, and, if it shall move, where to and from which day on."""

    parent = forms.ModelChoiceField(
        Department.objects.all(),
        required=False,
        label=_("Move below"),
        help_text=_("Empty: at the top."),
        widget=UnfoldAdminSelectWidget,
    )
    legal_entity = forms.ModelChoiceField(
        LegalEntity.objects.all(),
        required=False,
        label=_("In the books of"),
        widget=UnfoldAdminSelectWidget,
    )
    from_on = forms.DateField(
        required=False,
        label=_("From this day on"),
        help_text=_("Empty: it stays where it is."),
        widget=UnfoldAdminDateWidget,
    )

    class Meta:
        model = Department
        fields = ["code", "name", "is_illustrative"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_long(Department):
            parent = DepartmentPlacement._meta.get_field("parent")
            self.fields["parent"].widget = AutocompleteSelect(parent, admin.site)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("from_on") and not cleaned.get("legal_entity"):
            self.add_error("legal_entity", _("Say in whose books it stands from that day on."))
        return cleaned


@admin.register(Department)
class DepartmentAdmin(RoleAdmin):
    """A code is for life: accounts and sealed statements name the department by it."""

    to_write = Permission.MANAGE_PEOPLE
    form = DepartmentForm
    inlines = [PlacementInline]
    list_display = ["code", "name", "is_illustrative"]
    search_fields = ["code", "name"]

    def get_fields(self, request: HttpRequest, obj: Department | None = None) -> Any:
        """Without the move for those who may not make it."""
        if obj is not None and not self.has_change_permission(request, obj):
            return DepartmentForm.Meta.fields
        return super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Department | None = None) -> Any:
        return [] if obj is None else ["code"]

    def save_model(self, request: HttpRequest, obj: Department, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        wanted = form.cleaned_data
        if not wanted.get("from_on") or not isinstance(request.user, User):
            return
        try:
            place_department(
                department=obj,
                parent=wanted["parent"],
                legal_entity=wanted["legal_entity"],
                from_on=wanted["from_on"],
                by=request.user,
            )
        except OrganisationError as refusal:
            self.message_user(request, refusal_told(refusal), messages.ERROR)


class CostCentreForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """The days of a cost centre; without any it is in force on all."""

    class Meta:
        help_texts = {
            "in_force": _("The first day, then the day after the last; empty: without a limit.")
        }
        widgets = {"in_force": RangeWidget(UnfoldAdminDateWidget())}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:  # the widget asks for a range's ends; the default is a tuple
            self.initial["in_force"] = DateRange(None, None)
        if "in_force" in self.fields:  # not where it is only read
            self.fields["in_force"].required = False

    def clean_in_force(self) -> DateRange:
        return self.cleaned_data["in_force"] or DateRange(None, None)


@admin.register(CostCentre)
class CostCentreAdmin(RoleAdmin):
    form = CostCentreForm
    to_write = Permission.MANAGE_PEOPLE
    list_display = ["code", "name", "legal_entity", "department", "is_default", "days"]
    list_filter = ["legal_entity", "is_default"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["department"]

    @admin.display(description=_("in force"), ordering="in_force")
    def days(self, centre: CostCentre) -> str:
        return days_told(centre.in_force)


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """What a new key may do, and who answers for it."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        label=_("Scopes"),
        widget=UnfoldAdminSelectMultipleWidget,
    )

    class Meta:
        model = ApiKey
        fields = ["name", "scopes", "departments", "acts_for", "expires_at"]

    def clean_expires_at(self) -> datetime | None:
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise forms.ValidationError(_("This has passed. Choose a later expiry, or none."))
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(RoleAdmin):
    """A key is issued and revoked, never changed; its secret is on one page, once."""

    to_read = Permission.MANAGE_KEYS
    to_write = Permission.MANAGE_KEYS
    form = KeyForm
    autocomplete_fields = ["departments"]
    list_display = ["name", "prefix", "acts_for", "created_at", "expires_at", "revoked_at"]
    fields = ["name", "scopes", "departments", "acts_for", "expires_at"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return self.fields
        return [
            *self.fields,
            "is_company_wide",
            "prefix",
            "created_at",
            "revoked_at",
            "last_used_at",
        ]

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "acts_for":
            kwargs["queryset"] = _answerable(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        issued = issue_key(
            name=asked["name"],
            scopes=asked["scopes"],
            departments=asked["departments"],
            acts_for=asked["acts_for"],
            expires_at=asked["expires_at"],
            at=timezone.now(),
        )
        obj.__dict__.update(issued.key.__dict__)
        request.issued_secret = issued.secret  # type: ignore[attr-defined]  # for this answer only

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Keep this key now"),
            "key": obj,
            "secret": getattr(request, "issued_secret", ""),
            "opts": self.opts,
        }
        answer = TemplateResponse(request, "organisation/key_issued.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @admin.action(description=_("Revoke the selected keys"), permissions=["add"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        for key in keys:
            revoke_key(key, at=timezone.now())
        self.message_user(request, _("Revoked: they open nothing any more."))


@admin.register(NoticeMail)
class NoticeMailAdmin(RoleAdmin):
    """Mails about notices: who gets them, and why one is not sent; never what they say."""

    list_display = ["code", "user", "delivery", "created_at", "attempts", "sent_at", "error"]
    list_select_related = ["user"]
    list_filter = ["delivery"]
    list_per_page = 50
    paginator = InfinitePaginator  # lists never count all of them
    list_disable_select_all = True
    show_full_result_count = False
    actions = ["try_again"]

    def has_try_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.MANAGE_PEOPLE)

    @admin.action(description=_("Try again those that were not sent"), permissions=["try"])
    def try_again(self, request: HttpRequest, mails: QuerySet[NoticeMail]) -> None:
        count = notice_mails.try_again(mail_ids=[mail.pk for mail in mails], at=timezone.now())
        self.message_user(request, _("%d will be tried again within a minute.") % count)


def _answerable(request: HttpRequest) -> QuerySet[User]:
    """Whom a new key may act for: an administrator names anyone, others only themselves."""
    active = User.objects.filter(is_active=True)
    if may_here(request, Permission.MANAGE_PEOPLE):
        return active
    return active.filter(username=request.user.get_username())
