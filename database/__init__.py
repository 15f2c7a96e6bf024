"""The MySQL group's program: forms the group of RDS members once, and shows its state to Prometheus."""
