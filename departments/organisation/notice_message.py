"""Presents. A mail about notices as text and HTML, in its person's language."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.organisation.notice_models import Notice, NoticeDelivery, NoticeMail
from departments.organisation.notice_words import path_of, sentence_of


def message_of(mail: NoticeMail, notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """The mail, with a Message-ID that is the same in every attempt."""
    site = settings.SITE_URL.rstrip("/")
    with translation.override(mail.user.language or settings.LANGUAGE_CODE):
        subject = _subject(mail, notices)
        settings_url = f"{site}{reverse('portal:notice_settings')}"
        shown = {
            "subject": subject,
            "name": mail.user.first_name or mail.user.get_username(),
            "notices": [(sentence_of(each), f"{site}{path_of(each)}") for each in notices],
            "notices_url": f"{site}{reverse('portal:notices')}",
            "settings_url": settings_url,
            "language": translation.get_language(),
        }
        text = render_to_string("organisation/mail/notices.txt", shown)
        html = render_to_string("organisation/mail/notices.html", shown)
    message = EmailMultiAlternatives(
        subject,
        text,
        to=[mail.user.email],
        headers={
            "Message-ID": f"<{mail.code}@{urlsplit(site).hostname or 'localhost'}>",
            "List-Unsubscribe": f"<{settings_url}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _subject(mail: NoticeMail, notices: Sequence[Notice]) -> str:
    """One line: the notice itself, or how many a digest has."""
    if mail.delivery == NoticeDelivery.AT_ONCE:
        return sentence_of(notices[0])[:200]
    of_them = ngettext("%(count)s notice", "%(count)s notices", len(notices))
    product, count = _("Carbon Fee Ledger"), of_them % {"count": len(notices)}
    return f"{product}: {count}"
