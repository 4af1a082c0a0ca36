"""A sandbox: the company's rules in a database of its own, with a clock of its own."""
