"""Wires the apps together; no carbon or accounting rules live here."""
