"""What a tonne costs, what an absorbed tonne earns, where the price should sit."""
