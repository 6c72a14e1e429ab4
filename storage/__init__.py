"""SQL and nothing else: our copy of the helpdesks, how it is written, read, searched and counted."""
