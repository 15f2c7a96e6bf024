"""What outlives the sites: buckets, and later databases and caches."""
