"""Writes. What the demo company says about its schemes, by the calls that people use."""

from __future__ import annotations

import csv
from datetime import datetime

from config.demo.company import person
from config.demo.figures import FOLDER
from pricing import proposal_batch

KIND = proposal_batch.SCHEME_TEXTS


def say_about_schemes(*, at: datetime) -> None:
    """Propose and approve every text of scheme_texts.csv; safe to call again."""
    with (FOLDER / "scheme_texts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for code in dict.fromkeys(row["scheme"] for row in rows):
        own = [row for row in rows if row["scheme"] == code]
        proposal_batch.load(KIND, own, scheme_code=code, by=person("analyst"))
        proposal_batch.approve_all(KIND, scheme_code=code, by=person("approver"), at=at)
