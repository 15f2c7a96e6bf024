"""Keys and values on the table that all regions share: only what MemoryDB Multi-Region takes, and no more."""
