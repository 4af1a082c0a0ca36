"""Doors. Activity records, their results and the published factors, for programs."""
