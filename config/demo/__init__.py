"""The demo company: Microsoft's published tonnes and prices, lived through year by year."""
