"""Door. What the commands for rules of a scheme (rates, contributions, caps) have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from pricing import proposal_batch
from pricing.management.steps import PolicyCommand, person, read_csv


class RuleCommand(PolicyCommand):
    """Propose rules from a file or from arguments, approve them as another person, list them."""

    kind: proposal_batch.Kind

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        load = steps.add_parser("load", help="propose every row of a CSV file")
        load.add_argument("file", type=Path, metavar="FILE")
        propose = steps.add_parser("propose", help="propose one")
        for column in self.kind.columns:
            flag = "--" + column.name.replace("_", "-")
            propose.add_argument(flag, default="", required=column.is_needed, dest=column.name)
        approve = steps.add_parser("approve", help="approve every one that waits")
        shown = steps.add_parser("list", help="show every one, and who approved it")
        for step in (load, propose, approve, shown):
            step.add_argument("--scheme", required=True, metavar="CODE")
        for step in (load, propose, approve):
            step.add_argument("--by", required=True, metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        scheme, step = options["scheme"], options["step"]
        if step == "list":
            self._show(scheme)
            return
        by = person(options["by"])
        if step == "approve":
            count = proposal_batch.approve_all(
                self.kind, scheme_code=scheme, by=by, at=timezone.now()
            )
            self.stdout.write(f"{count} {self.kind.name} approved.")
            return
        columns = self.kind.columns
        if step == "load":
            needed = [column.name for column in columns if column.is_needed]
            rows = read_csv(options["file"], needed, [column.name for column in columns])
        else:
            rows = [{column.name: options[column.name] for column in columns}]
        done = proposal_batch.load(self.kind, rows, scheme_code=scheme, by=by)
        self.stdout.write(
            f"{done.proposed} {self.kind.name} proposed, {done.unchanged} as they were. Another "
            "person approves them."
        )

    def _show(self, scheme: str) -> None:
        rules = proposal_batch.list_rules(self.kind, scheme_code=scheme)
        for rule in rules:
            by = f"approved by {rule.approved_by}" if rule.approved_by else "waits for approval"
            line = f"{rule.rule_id}\t{rule.what}\tproposed by {rule.proposed_by}, {by}"
            self.stdout.write(line)
        if not rules:
            self.stdout.write(f"Scheme {scheme} has no {self.kind.name}.")
