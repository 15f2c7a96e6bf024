"""Serve the policy pack to the engine, which starts this file; nothing imports it."""

import os
from datetime import UTC, datetime
from pathlib import Path

from analyzer import serve
from pack import opened

serve(opened(Path(__file__).parent, os.environ, datetime.now(UTC).date()))
