"""Majorities, by the arithmetic that the review uses too; the engine starts the pack with only its own folder known."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from quorum import Group, tolerated

__all__ = ["Group", "tolerated"]
