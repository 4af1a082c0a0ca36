"""What an auditor draws, traces and counts, and the books with a checker that needs nothing."""
