"""Where the price should sit: how tonnes answer to it, from a panel of what was settled."""
