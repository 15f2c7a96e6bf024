"""Lines that the program leaves behind, for whoever collects logs."""

import json
import logging
import sys


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        told = {"time": self.formatTime(record), "level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps(told)


def log_as_json() -> None:
    """Write all log lines to standard output that way."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # Only our own news: the AWS client tells where it found its credentials.
    logging.getLogger("database").setLevel(logging.INFO)
