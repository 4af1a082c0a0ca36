"""Door. Propose caps on incentives from a CSV file or arguments; approve as another person."""

from __future__ import annotations

from pricing import proposal_batch
from pricing.management.rule_command import RuleCommand


class Command(RuleCommand):
    kind = proposal_batch.INCENTIVE_CAPS
    help = """The most that a fee's incentives pay over a range of days, like a fiscal year.

  manage.py incentive_caps load FILE --scheme carbon-fee --by analyst
  manage.py incentive_caps propose --scheme carbon-fee --amount 250000 \\
      --first-day 2024-07-01 --last-day 2025-06-30 --by analyst
  manage.py incentive_caps approve --scheme carbon-fee --by approver
  manage.py incentive_caps list --scheme carbon-fee

The file is CSV with a header. Columns: amount, first_day, last_day; and, where they are
needed, department, durability_class, reason, source_url. A cap counts for accounting periods whose
last day it holds. One more for the same days adds to it; one below zero lowers it.
The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""
