"""What an auditor takes away: the books with their seals, and a checker that needs nothing else."""
