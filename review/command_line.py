"""How command lines are read here, without loading what the commands need."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from review.gate import FAIL_ON


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line and status 1: to CI, argparse's own 2 would say that something changes."""

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the command line, and end."""
        sys.stderr.write(f"error: {message}; see `{self.prog} --help`\n")
        sys.exit(1)


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that makes a report."""
    parser.add_argument("--out", type=Path, default=Path("report"), help="folder of the report (default: report)")
    parser.add_argument("--fail-on", choices=FAIL_ON, help="end with status 0 below this (default: never)")
