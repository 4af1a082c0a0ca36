"""The Korean of the portal is whole, and is compiled."""

from __future__ import annotations

import re
from gettext import GNUTranslations

from django.conf import settings

KOREAN = settings.BASE_DIR / "config" / "locale" / "ko" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$', re.M)


def unquoted(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def test_every_message_is_translated_and_compiled():
    entries = ENTRY.findall((KOREAN / "django.po").read_text(encoding="utf-8"))
    assert len(entries) > 300
    assert [english for english, korean in entries if not korean] == []
    with (KOREAN / "django.mo").open("rb") as compiled:
        catalogue = GNUTranslations(compiled)
    stale = [
        english
        for english, korean in entries
        if unquoted(korean)
        not in (
            catalogue.gettext(unquoted(english)),
            catalogue.ngettext(unquoted(english), unquoted(english), 1),
        )
    ]
    assert stale == []


def test_placeholders_are_the_same_in_both_languages():
    entries = ENTRY.findall((KOREAN / "django.po").read_text(encoding="utf-8"))
    names = re.compile(r"%\((\w+)\)s")
    differing = [
        english
        for english, korean in entries
        if set(names.findall(english)) != set(names.findall(korean))
    ]
    assert differing == []
