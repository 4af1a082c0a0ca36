"""Door. Propose event rates from a CSV file or arguments; approve them as another person."""

from __future__ import annotations

from pricing import proposal_batch
from pricing.management.rule_command import RuleCommand


class Command(RuleCommand):
    kind = proposal_batch.EVENT_RATES
    help = """What an event costs: a flight, a night. A scheme per event charges count × rate.

  manage.py event_rates load FILE --scheme flights --by analyst
  manage.py event_rates propose --scheme flights --activity travel/flight --rate 8 \\
      --first-day 2024-01-01 --by analyst
  manage.py event_rates approve --scheme flights --by approver
  manage.py event_rates list --scheme flights

The file is CSV with a header. Columns: activity, rate, first_day; and, where they are
needed, last_day, unit, reason, source_url. Without a unit each record is one event; without a last
day a rate is in force until further notice.
The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""
