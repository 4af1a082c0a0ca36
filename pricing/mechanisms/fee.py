"""Calculates. The fee: tonnes × price are paid into the fund, incentives are paid out of it."""

MOVES_MONEY = frozenset({"charge", "incentive"})
