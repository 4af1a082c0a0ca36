"""Every address that the resolver knows: what fills it, who may open it, what it costs."""
