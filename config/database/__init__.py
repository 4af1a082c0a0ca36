"""PostgreSQL, told in each transaction whose rows it may show."""
