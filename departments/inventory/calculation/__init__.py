"""Calculates. Activity × factor → kgCO2e, one module per GHG Protocol source, no database."""
