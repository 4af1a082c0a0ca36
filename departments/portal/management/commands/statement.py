"""Door. Show a department's posted statement."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import translation

from departments.portal.errors import FontMissing
from departments.portal.statement_document import document_of
from departments.portal.typesetting import typeset
from ledger import statements
from ledger.converted_bill import converted_bill, told_converted
from ledger.management.steps import StepCommand


class Command(StepCommand):
    help = (
        "Show the statement of a department as it was posted: opening balance, lines, closing "
        "balance, and the SHA-256 that is printed on it. Amounts are charges; incentives are "
        "negative. Exit codes: 0 shown, 1 there is none, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--department", required=True, metavar="CODE")
        parser.add_argument("--scheme", required=True, metavar="CODE")
        parser.add_argument("--period", required=True, metavar="CODE")
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as tagged PDF")
        parser.add_argument(
            "--language",
            choices=[code for code, _ in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="of the PDF (default: %(default)s)",
        )
        parser.add_argument(
            "--site",
            default="",
            metavar="URL",
            help="of the portal, such as https://carbon.example: the PDF says where to verify it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = statements.statement_of(
            department_code=options["department"],
            scheme_code=options["scheme"],
            period_code=options["period"],
        )
        if options["pdf"]:
            self._write_pdf(found, options)
        if options["json"]:
            content = statements.statement_content(found) | told_converted(found)
            self.stdout.write(json.dumps(content, indent=2))
        elif not options["pdf"]:
            self._print(found)

    def _write_pdf(self, found: statements.Statement, options: dict[str, Any]) -> None:
        url = f"{options['site'].rstrip('/')}/verify/{found.sha256}/"
        with translation.override(options["language"]):
            content = document_of(found, verify_url=url, converted=converted_bill(found))
        try:
            pdf = typeset("statement.typ", content, at=found.posted_at, fonts=settings.PDF_FONTS)
        except FontMissing as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        options["pdf"].write_bytes(pdf)
        if not options["json"]:
            self.stdout.write(f"{options['pdf']}: {len(pdf):,} bytes, statement {found.sha256}")

    def _print(self, found: statements.Statement) -> None:
        write = self.stdout.write
        write(f"{found.department} · {found.department_name}, {found.scheme_name}, {found.period}")
        write(f"  {'opening balance':60} {found.opening_balance:>20,} {found.currency}")
        for line in found.lines:
            write(f"  {describe(line):60} {line.amount:>20,} {line.currency}")
            for sentence in line.explanation:
                write(f"    {sentence}")
        write(f"  {'closing balance':60} {found.closing_balance:>20,} {found.currency}")
        converted = converted_bill(found)
        if converted and converted.net is not None and converted.rate:
            write(f"  {'for information':60} {converted.net:>20,} {converted.currency}")
            write(f"    {converted.rate.text}")
        elif converted:
            write(f"  {converted.missing}")
        write(f"  sha256 {found.sha256}")
        if found.seal:
            words = "sealed in" if found.seal.covers_statement else "posted after the seal of"
            write(f"  {words} {found.seal.period}, head {found.seal.chain_sha256}")


def describe(line: statements.StatementLine) -> str:
    """A line in a few words, e.g. `Scope 3 category 6: 133,000.000 t × 100`."""
    if line.explanation:
        late = f"True-up for {line.activity_period}: " if line.is_true_up else ""
        return f"{late}{line.kind.capitalize()}"
    what = f"Removals, {line.durability_class}"
    if line.scope:
        what = f"Scope {line.scope}" + (f" category {line.category}" if line.category else "")
    if line.is_true_up:
        what = f"True-up for {line.activity_period}: {what}"
    price = "" if line.price_per_tonne is None else f" × {line.price_per_tonne.normalize():f}"
    return f"{what}: {line.tonnes:,.3f} t{price or ' (recorded, not charged)'}"
