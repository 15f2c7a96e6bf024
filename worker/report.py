"""Lines that the worker leaves behind: an attempt in the job's own log, and its log for whoever collects logs."""

import json
import logging
import time

_MILLISECONDS = 1000


def attempt_line(number: int, started: float, reason: str) -> str:
    """Return an attempt that failed, as JSON; times are milliseconds since 1970."""
    ended = int(time.time() * _MILLISECONDS)
    return json.dumps({"attempt": number, "started": int(started * _MILLISECONDS), "ended": ended, "reason": reason})


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        told = {"time": self.formatTime(record), "level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps(told)
