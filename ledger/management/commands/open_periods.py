"""Door. Open the periods of a fiscal calendar."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from departments.organisation.calendar import Calendar
from ledger import periods
from ledger.management.steps import StepCommand, day, person


class Command(StepCommand):
    help = """Open accounting periods in a row, all of them or none.

  manage.py open_periods --calendar month --starts-in 7 --from 2025-07-01 --count 12
  manage.py open_periods --calendar quarter --starts-in 1 --from 2026-01-01 --count 4
  manage.py open_periods --calendar 4-4-5 --starts-in 2 --from 2025-02-02 --count 12

Calendars:
  month    calendar months, FY26-M01 to FY26-M12
  quarter  three calendar months, FY26-Q1 to FY26-Q4
  year     twelve calendar months, FY26
  4-4-5    whole weeks, FY26-M01 to FY26-M12: each quarter has 4, 4 and 5 weeks. The year begins on
           the weekday of --from that is nearest to the first of the month; a year of 53 weeks
           gives the week left over to its last month

A fiscal year is called after the calendar year it ends in: July 2025 to June 2026 is FY26. The new
periods continue those that there are: no day lies in two, and no day is left out between them.
Run it again at any time; what is there already stays as it is.

Exit codes: 0 opened, 1 refused with every reason, 2 wrong usage."""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        return super().create_parser(*args, **options, formatter_class=RawDescriptionHelpFormatter)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--calendar",
            required=True,
            choices=[str(known) for known in Calendar],
            help="see above",
        )
        parser.add_argument(
            "--starts-in",
            type=int,
            required=True,
            metavar="MONTH",
            help="month in which the fiscal year begins, 1 to 12",
        )
        parser.add_argument(
            "--from",
            type=day,
            required=True,
            dest="from_on",
            metavar="DATE",
            help="first day of the first new period, YYYY-MM-DD",
        )
        parser.add_argument("--count", type=int, required=True, help="how many periods")
        parser.add_argument(
            "--by", metavar="USER", help="user name of who opens them; else the system itself"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        opened = periods.open_periods(
            calendar=Calendar(options["calendar"]),
            first_month=options["starts_in"],
            from_on=options["from_on"],
            how_many=options["count"],
            by=person(options["by"]) if options["by"] else None,
        )
        for period in opened:
            self.stdout.write(
                f"{period.code}  {period.first_day} – {period.last_day}  {period.state}"
            )
