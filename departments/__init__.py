"""Departments: who they are, what they emit and absorb, and the pages where they see it."""
