"""Calculates. The baseline target whose negative part is paid: price × (emissions − target).

The arithmetic is that of a budget-neutral start; its baselines are targets that fall year by year.
"""

from __future__ import annotations

from pricing.mechanisms import budget_neutral_start

MECHANISM = budget_neutral_start.MECHANISM
