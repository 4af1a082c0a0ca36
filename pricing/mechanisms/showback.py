"""Calculates. The showback, or shadow price: calculated and shown, never posted to money."""

from __future__ import annotations

from pricing.mechanisms.terms import Mechanism

MECHANISM = Mechanism(moves_money=False)
