"""What can go wrong, told in one line for people."""


class KeyspaceError(Exception):
    """Something that the message explains: what was wrong, the value found, what to do."""
