"""What the platform costs a month, before and after, from a table of prices with their sources."""
