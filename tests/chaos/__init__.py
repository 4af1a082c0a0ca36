"""Settle for a long time while everything that can die is killed; see docs/operations.md."""
