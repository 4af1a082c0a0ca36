"""docs/walkthrough.md is true: its commands run against the live program and print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from ledger import tasks

ROOT = Path(settings.BASE_DIR)
WALKTHROUGH = ROOT / "docs" / "walkthrough.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
MARK = "--- command {} ---"
PROLOGUE = """
manage.py() {{ "{python}" "{root}/manage.py" "$@"; }}
python() {{ "{python}" "$@"; }}
exec 2>&1
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as a reader would type it, and what the page says it prints."""

    typed: str
    printed: str


def commands(text: str) -> Iterator[Command]:
    """Each command of each block: `$ ` begins one, a here-document belongs to it."""
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            end = 1
            if "<<'END'" in lines[0]:
                end = lines.index("END") + 1
            yield Command("\n".join(lines[:end]), "\n".join(lines[end:]))


def as_pattern(printed: str) -> str:
    """What was printed, `…` standing for anything: a line of its own for any lines."""
    parts = (re.escape(part) for part in printed.split("…"))
    return r"[\s\S]*?".join(parts)


def script_of(steps: list[Command], url: str) -> str:
    typed = [f"echo '{MARK.format(n)}'\n{step.typed}" for n, step in enumerate(steps)]
    prologue = PROLOGUE.format(python=sys.executable, root=ROOT)
    return prologue + "\n".join(typed).replace("http://127.0.0.1:8000", url)


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_every_command_prints_what_the_page_says(
    live_server: LiveServer,
    program_environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "ring_export", tasks.make_export)  # a worker comes at once
    call_command("load_factors", verbosity=0)
    call_command("load_demo", verbosity=0)
    for name in ("docs", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    steps = list(commands(WALKTHROUGH.read_text(encoding="utf-8")))
    assert len(steps) > 15
    done = subprocess.run(
        ["bash", "-c", script_of(steps, live_server.url)],
        cwd=tmp_path,
        env=program_environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    told = re.split(MARK.format(r"\d+") + "\n", done.stdout)[1:]
    assert len(told) == len(steps), done.stdout
    for step, output in zip(steps, told, strict=True):
        said = output.rstrip("\n")
        assert re.fullmatch(as_pattern(step.printed), said), f"$ {step.typed}\n{said}"


def test_a_page_that_says_something_else_would_be_noticed() -> None:
    (first, second) = commands("```console\n$ one\nA\n… left\n$ two <<'END'\nx\nEND\nB\n```\n")
    assert (first.typed, second.typed, second.printed) == ("one", "two <<'END'\nx\nEND", "B")
    assert re.fullmatch(as_pattern(first.printed), "A\n12\n13 left")
    for other in ("A\n12 right", "B\n12 left", "A\n12 left\nmore"):
        assert not re.fullmatch(as_pattern(first.printed), other)
