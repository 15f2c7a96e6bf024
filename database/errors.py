"""What can go wrong, told in one line for people."""


class DatabaseError(Exception):
    """Something that the message explains: what was wrong, the value found, what to do."""


class NotYetError(DatabaseError):
    """Something that time may mend: a member that starts, a value that is not applied, another run at work."""
