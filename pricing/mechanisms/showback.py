"""Calculates. The showback, or shadow price: calculated and shown, never posted to money."""

MOVES_MONEY: frozenset[str] = frozenset()
