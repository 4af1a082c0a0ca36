"""Door. Propose abatement rates from a CSV file or arguments; approve them as another person."""

from __future__ import annotations

from pricing import proposal_batch
from pricing.management.rule_command import RuleCommand


class Command(RuleCommand):
    kind = proposal_batch.ABATEMENT_RATES
    help = """What a tonne below its baseline earns a department, in a scheme that is a fee.

  manage.py abatement_rates load FILE --scheme carbon-fee --by analyst
  manage.py abatement_rates propose --scheme carbon-fee --rate-per-tonne 5 \\
      --first-day 2024-01-01 --by analyst
  manage.py abatement_rates approve --scheme carbon-fee --by approver
  manage.py abatement_rates list --scheme carbon-fee

The file is CSV with a header. Columns: rate_per_tonne, first_day; and, where they are
needed, last_day, scope, category, reason, source_url. A rate counts for accounting periods whose
last day it is in force on; of several the nearest to a baseline counts: category, scope, all.
The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""
