"""The components of the platform; imports go access -> compute -> storage."""
