"""The global entry, which the primary owns, and what each region adds to it."""
