"""Who: legal entities, departments, cost centres and the people who act for them."""
