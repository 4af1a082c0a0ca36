"""Door. Load the demo company and settle its years."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from config.demo import company as demo_company
from config.demo import feebate, grants, history, texts
from ledger import deliveries, period_close, settlement_run

CLOSED_YEARS = ("FY20", "FY21", "FY22")


class Command(BaseCommand):
    help = (
        "Load the demo company: Microsoft's published tonnes and prices for FY20 to FY23, in "
        "illustrative departments, settled year by year with the 2024 restatement as true-ups. "
        "Run it again at any time, also after it was interrupted: what is there stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--workers", action="store_true", help="let running Celery workers calculate"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        company = demo_company.read_company()
        demo_company.found_company(company, at=at)

        def settle(period: str) -> None:
            self._settle(company.scheme_code, period, workers=options["workers"])

        history.live_through(company, at=at, settle=settle, say=self.stdout.write)
        feebate.found_feebate(company, at=at)
        facts = company.facts["feebate"]
        self._settle(facts["code"], facts["period"], workers=options["workers"])
        texts.say_about_schemes(at=at)
        grants.ask_and_award(company, at=at, say=self.stdout.write)

    def _settle(self, scheme: str, period: str, *, workers: bool) -> None:
        step = {"scheme": scheme, "period": period, "stdout": self.stdout}
        if not settlement_run.is_settled(scheme_code=scheme, period_code=period):
            call_command("settle", **step, by="analyst", workers=workers)
            call_command("approve_settlement", **step, by="approver")
            call_command("post_settlement", **step, by="approver")
        if period in CLOSED_YEARS:
            period_close.close(
                period_code=period, by=demo_company.person("finance"), at=timezone.now()
            )
            deliveries.deliver_due(at=timezone.now())
