"""Every charge and incentive as balanced entries in periods that close."""
