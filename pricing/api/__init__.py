"""Doors. Schemes and prices, for programs."""
