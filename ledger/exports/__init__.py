"""The journal as files that finance's programs read, one module a format."""
