"""A pull request's one comment."""
