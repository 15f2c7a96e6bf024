"""The one error of the sandbox that is meant for people."""


class SandboxError(Exception):
    """What was wrong, the value found, the values allowed and what to do next, in one line.

    The command prints it without a traceback and exits with status 1.
    """
