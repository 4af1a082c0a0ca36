"""Debian's Chromium as tests use it: what its console says, what it asks for, what axe finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# All rules, also those of WCAG 2.2 that axe leaves out unless it is asked. To describe what passed
# takes longer than to look, and no rule that runs reads the sheets that it would fetch once more.
RUN_AXE = """
    axe.run(document, {
        rules: {'target-size': {enabled: true}}, resultTypes: ['violations'], preload: false,
    }).then(report =>
        report.violations.map(found => [found.id, found.help,
            found.nodes.slice(0, 3).map(node => node.target.flat().join(' '))]))
"""
WATCH_SHIFTS = """
    window.shifted = 0;
    window.shiftedParts = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            window.shifted += entry.value;
            for (const {node} of entry.sources)
                window.shiftedParts.push(`${node?.nodeName}.${node?.className ?? ''}`);
        }
    }).observe({type: 'layout-shift', buffered: true});
"""


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and everything its console complains about or that it asks of other hosts."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def take(self) -> list[str]:
        """What was noted since it was last asked."""
        noted = self.complaints[:]
        self.complaints.clear()
        return noted


def watch(context: BrowserContext, host: str = "") -> Watched:
    """A new page whose console, errors and requests (to others than `host`) are noted."""
    watched = Watched(context.new_page())
    page, noted = watched.page, watched.complaints
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: noted.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: noted.append(f"console: {said.text}") if said.type == "error" else None,
    )

    def note_request(request: Any) -> None:
        if host and not request.url.startswith((host, "data:", "blob:")):
            noted.append(f"asks another host: {request.url}")

    page.on("request", note_request)
    page.add_init_script(WATCH_SHIFTS)
    return watched


@contextmanager
def open_page(program: str, width: int, **facts: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser of its own, and what its console complains about."""
    with chromium(program) as browser:
        viewport = {"width": width, "height": 844}
        context = browser.new_context(**{"viewport": viewport, "locale": "en-GB", **facts})
        watched = watch(context)
        yield watched.page, watched.complaints


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def shifted(page: Page) -> float:
    """How much of what was drawn has moved since: the cumulative layout shift."""
    return round(float(page.evaluate("window.shifted")), 4)


def violations(page: Page) -> list[str]:
    """Each rule that axe finds broken, with the first places."""
    page.evaluate(AXE)
    found = page.evaluate(RUN_AXE)
    return [f"{rule} ({words}): {'; '.join(places)}" for rule, words, places in found]


def check_page(page: Page) -> None:
    """Nothing sticks out, nothing moved, and axe finds nothing."""
    wider, moved, broken = overflow(page), shifted(page), violations(page)
    assert wider <= 0, f"it sticks out by {wider} pixels"
    assert moved <= STILL, f"it moved by {moved}: {page.evaluate('window.shiftedParts')}"
    assert broken == [], broken


STILL = 0.05  # half of what counts as good, on a machine that does other things as well
