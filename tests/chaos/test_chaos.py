"""A short campaign; `make chaos` runs a long one."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

KILLS = 12


def test_nothing_is_lost_doubled_unbalanced_or_unfinished() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--kills", str(KILLS), "--seed", "7"],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if line[:2] == "  ")
    counted = {name.strip(): int(figure) for name, figure in figures.items()}
    assert counted["kills"] >= KILLS
    assert counted["settlements"] >= 3
    assert {counted[name] for name in ("lost", "doubled", "unbalanced", "unfinished")} == {0}
