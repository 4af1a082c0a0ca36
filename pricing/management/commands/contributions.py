"""Door. Propose contributions from a CSV file or arguments; approve them as another person."""

from __future__ import annotations

from pricing import proposal_batch
from pricing.management.rule_command import RuleCommand


class Command(RuleCommand):
    kind = proposal_batch.CONTRIBUTIONS
    help = """What all departments pay into the fund together, by share of their budgets.

  manage.py contributions load FILE --scheme green-fund --by analyst
  manage.py contributions propose --scheme green-fund --amount 1000000 \\
      --first-day 2024-01-01 --last-day 2024-12-31 --by analyst
  manage.py contributions approve --scheme green-fund --by approver
  manage.py contributions list --scheme green-fund

The file is CSV with a header. Columns: amount, first_day, last_day; and, where they are
needed, reason, source_url. A contribution belongs to the accounting period of its last day. One
that was too high is corrected by another below zero, on days of the same period that have none.
The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""
