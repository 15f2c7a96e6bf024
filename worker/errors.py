"""What can go wrong, told in one line for people."""


class WorkerError(Exception):
    """Something that the message explains: what was wrong, the value found, what to do."""


class AttemptError(Exception):
    """One attempt at a job failed; the next may not."""


class RefusedError(AttemptError):
    """The request itself is at fault: no further attempt would end otherwise."""
