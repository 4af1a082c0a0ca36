"""Tables of sustainability standards, computed from settled entries; which datapoints is data."""
