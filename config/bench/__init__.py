"""Measures the product beside its floor, both in the same run, on a company made for it."""
