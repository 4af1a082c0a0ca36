"""Files in their writer's own form: which column is what, and how days and numbers are written."""
