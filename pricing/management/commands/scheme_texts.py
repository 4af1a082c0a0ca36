"""Door. Propose what a company says about a scheme, from a CSV file or arguments; approve it."""

from __future__ import annotations

from pricing import proposal_batch
from pricing.management.rule_command import RuleCommand


class Command(RuleCommand):
    kind = proposal_batch.SCHEME_TEXTS
    help = """What a company says about a scheme in its disclosures, by topic, in numbered versions.

  manage.py scheme_texts load FILE --scheme carbon-fee --by analyst
  manage.py scheme_texts propose --scheme carbon-fee --topic objectives \\
      --text "Every department pays for the tonnes it emits." --first-day 2024-07-01 --by analyst
  manage.py scheme_texts approve --scheme carbon-fee --by approver
  manage.py scheme_texts list --scheme carbon-fee

The file is CSV with a header. Columns: topic, text, first_day; and, where they are needed,
last_day, reason, source_url. Topics: objectives, price_factors, methodology,
scope_of_application, differentiation, expected_change, decision_processes, mandatory, monitoring,
governance, financial_statements, removal_assumptions. Of the approved versions that are in force on
the last day of a year, its disclosures print the highest; an approved one is never edited.
The file is taken whole or not at all; all problems are shown at once.

Exit codes: 0 done, 1 refused (the message says what to do), 2 wrong usage."""
