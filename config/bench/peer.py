"""Writes. django-hordak in an environment and a database of its own, posting when it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from config import engines
from config.bench import scratch

PEERS = Path(__file__).parent / "peers"
FOLDER = "bench-hordak"


@contextmanager
def hordak() -> Iterator[Callable[..., float]]:
    """Tell it what to do, e.g. `say("bulk", 20, 1000)`; it answers with seconds."""
    python = _environment()
    with scratch.empty_database(scratch.PEER_NAME) as database:
        process = subprocess.Popen(
            [python, PEERS / "hordak_post.py", _host(), database, engines.OWNER_ROLE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=engines.here().var,  # not here: our own packages are not its business
        )
        try:
            _answer(process)
            yield lambda *words: _tell(process, *words)
        finally:
            process.terminate()
            process.wait()


def _tell(process: subprocess.Popen[str], *words: object) -> float:
    assert process.stdin is not None
    process.stdin.write(" ".join(map(str, words)) + "\n")
    process.stdin.flush()
    return float(_answer(process)["seconds"])


def _answer(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise CommandError("django-hordak did not answer; what it said is above.")
    found: dict[str, float] = json.loads(line)
    return found


def _environment() -> Path:
    """Its Python; the environment is made anew when its requirements have changed."""
    folder = engines.here().var / FOLDER
    python, made_of = folder / "bin" / "python", folder / "requirements.txt"
    wanted = (PEERS / "requirements.txt").read_text()
    if not made_of.exists() or made_of.read_text() != wanted:
        _run("venv", "--clear", "--quiet", "--python", sys.executable, str(folder))
        _run(
            "pip",
            "install",
            "--quiet",
            "--python",
            str(python),
            "-r",
            str(PEERS / "requirements.txt"),
        )
        made_of.write_text(wanted)
    return python


def _run(*arguments: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    done = subprocess.run([uv, *arguments], cwd=settings.BASE_DIR)
    if done.returncode:
        raise CommandError(
            "django-hordak could not be installed into its own environment; choose rows that "
            "don't need it with --only.",
            returncode=done.returncode,
        )


def _host() -> str:
    return str(engines.here().sockets)
