"""Calculates. Files of other programs → rows of activity as the import reads them."""
