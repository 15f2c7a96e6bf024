"""The network of a region, and what joins two regions."""
