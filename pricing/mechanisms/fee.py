"""Calculates. The fee: tonnes × price are paid into the fund, incentives are paid out of it."""

from __future__ import annotations

from pricing.mechanisms.terms import Mechanism

MECHANISM = Mechanism()
