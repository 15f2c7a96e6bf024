"""What looks at the platform."""
