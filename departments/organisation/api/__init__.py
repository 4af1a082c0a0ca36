"""Doors. The way in for programs: keys, scopes, pages of rows, and who one is."""
