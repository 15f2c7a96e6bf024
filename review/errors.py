"""What goes wrong in a review, for people."""


class ReviewError(Exception):
    """A review can not be made; the message is one line: what is wrong, what was found, what to do."""
