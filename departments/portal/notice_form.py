"""Forms. How somebody wishes to be told of what, and in which language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from departments.organisation.notice_models import NoticeDelivery, NoticeKind


class NoticeForm(forms.Form):
    """A choice for each kind of notice."""

    def __init__(
        self,
        *args: Any,
        deliveries: Mapping[NoticeKind, NoticeDelivery],
        language: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for kind, delivery in deliveries.items():
            self.fields[kind] = forms.ChoiceField(
                label=kind.label, choices=NoticeDelivery.choices, initial=delivery
            )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of mails"),
            required=False,
            choices=[("", _("the usual one here")), *settings.LANGUAGES],
            initial=language,
        )

    @property
    def kind_fields(self) -> list[forms.BoundField]:
        return [self[kind] for kind in NoticeKind]

    def deliveries(self) -> dict[NoticeKind, NoticeDelivery]:
        """What was chosen, kind by kind."""
        return {kind: NoticeDelivery(self.cleaned_data[kind]) for kind in NoticeKind}


def number_of(text: str) -> int | None:
    """The id that an address or a form names; None for what is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else None
