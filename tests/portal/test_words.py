"""The Korean of the portal is whole, and is compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

from departments.inventory.site_catalogue import INDICATORS

KOREAN = settings.BASE_DIR / "config" / "locale" / "ko" / "LC_MESSAGES"
ENTRY = re.compile(r'^msgid "(.+)"\n(?:msgid_plural ".*"\n)?msgstr(?:\[0\])? "(.*)"$', re.M)

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "said"}
MARKED = re.compile(r"""\b(?:_|n?gettext)\(u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


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


def written_out(text: ast.expr) -> Iterator[str]:
    """A text, or each of two that are chosen from."""
    match text:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=one, orelse=other):
            yield from written_out(one)
            yield from written_out(other)


def marked_in_code() -> Iterator[str]:
    """Every text that the code marks for translation, where it is written out."""
    for app in ("config", "departments", "pricing", "ledger"):
        for file in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if file.parent.name == "migrations":
                continue  # they keep the names of their day
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in MARKS:
                        yield from written_out(text)


def marked_in_templates() -> Iterator[str]:
    for app in ("config", "departments", "pricing", "ledger"):
        for file in sorted((settings.BASE_DIR / app).rglob("templates/**/*.html")):
            for text in MARKED.findall(templatize(file.read_text(encoding="utf-8"))):
                yield ast.literal_eval(text)


def test_whatever_is_marked_for_translation_has_its_korean():
    with (KOREAN / "django.mo").open("rb") as compiled:
        catalogue = GNUTranslations(compiled)
    known = {key[0] if isinstance(key, tuple) else key for key in catalogue._catalog}  # type: ignore[attr-defined]
    marked = {*marked_in_code(), *marked_in_templates()}
    assert len(marked) > 2000
    with override("ko"):  # Django knows some by itself
        assert [text for text in sorted(marked - known - {""}) if gettext(text) == text] == []


def test_every_indicator_of_a_site_has_its_korean():
    with override("ko"):
        assert [each for each in INDICATORS.values() if gettext(each.name) == each.name] == []
