"""What a PDF shows, read from its bytes by a reader of our own: the letters drawn on its pages.

It knows what is needed of ISO 32000-1: objects, Flate streams, fonts with a ToUnicode map.
"""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s(.*?)\nendobj", re.S)
STREAM = re.compile(rb"stream\r?\n(.*)\nendstream", re.S)
FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
MAPPED = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n")
# A string may hold pairs of brackets, here one in another.
PLAIN = rb"(?:\\.|[^\\()])*"
STRING = rb"\((" + PLAIN + rb"(?:\(" + PLAIN + rb"\)" + PLAIN + rb")*)\)"
DRAWN = re.compile(rb"/(f\d+) [\d.]+ Tf|" + STRING + rb"|(\bET\b)|<([0-9A-Fa-f]+)>(?=[^>])", re.S)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of_pdf(pdf: bytes) -> str:
    """The letters of all pages in the order they are drawn; a space after each run."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    return " ".join(
        "".join(_page(objects, body)) for body in objects.values() if b"/Type/Page/" in body
    )


def _page(objects: dict[int, bytes], page: bytes) -> list[str]:
    resources = objects[_reference(page, b"Resources")]
    maps = {
        name: _letters(objects, objects[int(number)]) for name, number in FONT.findall(resources)
    }
    found: list[str] = []
    font: dict[int, str] = {}
    for name, drawn, end, hexed in DRAWN.findall(_stream(objects[_reference(page, b"Contents")])):
        if name:
            font = maps[name]
        elif end:
            found.append(" ")
        else:
            glyphs = bytes.fromhex(hexed.decode()) if hexed else ESCAPED.sub(_unescaped, drawn)
            pairs = zip(glyphs[::2], glyphs[1::2], strict=True)
            found += [font.get(high * 256 + low, "") for high, low in pairs]
    return found


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    told = _stream(objects[_reference(font, b"ToUnicode")])
    return {
        int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
        for glyph, letters in MAPPED.findall(told)
        if len(letters) % 4 == 0
    }


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, (name, body[:200])
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found
    return zlib.decompress(found[1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if said[:1].isdigit() else NAMED.get(said, said)
