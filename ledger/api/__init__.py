"""Doors. The books for programs: journal, balances, statements, settlements and exports."""
