"""The pictures of README and docs, taken anew from a running demo: see CONTRIBUTING.

make demo                                                     in one terminal
.venv/bin/python -m tests.journeys.pictures http://127.0.0.1:8000        in another
"""

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.journeys.chromium import PROGRAMS, chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
PALETTE = Path(__file__).with_name("palette.js").read_text(encoding="utf-8")
MOST_COLOURS, WIDTH, SHARPNESS = 256, 1280, 1.5
SIGNATURE = b"\x89PNG\r\n\x1a\n"
BILL = "/departments/SITES-ASIA/carbon-fee/FY23/"


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it, cut at a height; `follows` is a link on it that is opened first.

    `below` is the heading that the picture begins with; without one, the top of the page.
    """

    name: str
    person: str
    address: str
    height: int
    follows: str = ""
    below: str = ""


PICTURES = (
    Picture("bill", "sites-asia-contributor", BILL, 1180),
    Picture("arithmetic", "sites-asia-contributor", BILL, 1000, follows='a[href^="/lines/"]'),
    Picture("what-if", "sites-asia-contributor", f"{BILL}what-if/?price=100", 1000),
    Picture("admin", "analyst", "/admin/", 1180),
    Picture("atmosphere", "analyst", "/atmosphere/", 1180),
)


def take(browser: Browser, site: str, picture: Picture) -> bytes:
    """A picture in a light look, English, as PNG with a palette."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": picture.height},
        device_scale_factor=SHARPNESS,
        locale="en-GB",
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{site}/sign-in/")
    page.get_by_role("button", name=picture.person, exact=True).click()
    page.wait_for_load_state()
    page.goto(site + picture.address)
    if picture.follows:
        page.locator(picture.follows).first.click()
        page.wait_for_load_state()
    if picture.below:
        page.get_by_role("heading", name=picture.below).evaluate(
            "heading => window.scrollTo(0, heading.closest('section').offsetTop - 24)"
        )
    page.evaluate("document.fonts.ready")
    content = in_palette(page, page.screenshot())
    context.close()
    return content


def in_palette(page: Page, png: bytes) -> bytes:
    """The same with one byte a pixel, by the browser: no other library reads pictures here."""
    blank = page.context.new_page()
    found: dict[str, Any] = blank.evaluate(PALETTE, [b64encode(png).decode(), MOST_COLOURS])
    blank.close()
    width, height = found["width"], found["height"]
    pixels = b64decode(found["indices"])
    rows = (pixels[at : at + width] for at in range(0, width * height, width))
    return SIGNATURE + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes(part for colour in found["palette"] for part in colour)),
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 9)),
            chunk(b"IEND", b""),
        )
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def main(site: str) -> None:
    """Take all of them."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        sys.exit(f"None of {', '.join(PROGRAMS)} is installed.")
    with chromium(program) as browser:
        for picture in PICTURES:
            content = take(browser, site.rstrip("/"), picture)
            path = FOLDER / f"{picture.name}.png"
            path.write_bytes(content)
            print(f"{path.relative_to(FOLDER.parents[1])}  {len(content) / 1000:,.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
