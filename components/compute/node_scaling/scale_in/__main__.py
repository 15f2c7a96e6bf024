"""`python -m scale_in`: one run; the exit code is 1 where something was begun and not finished."""

import os
import signal
import sys
import urllib.error
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .choice import Settings
from .cluster import Cluster
from .run import Run, StoppedError


def _stop(number: int, frame: FrameType | None) -> None:
    del frame
    raise StoppedError(f"ended by signal {number}; what was begun is taken back")


def main(environment: Mapping[str, str]) -> int:
    """Run once; returns the exit code."""
    signal.signal(signal.SIGTERM, _stop)
    address = f"https://{environment['KUBERNETES_SERVICE_HOST']}:{environment['KUBERNETES_SERVICE_PORT']}"
    cluster = Cluster(address, Path(environment["ACCOUNT_DIRECTORY"]))
    scaling = cast("Any", boto3).client("autoscaling", environment["AWS_REGION"])
    try:
        said = Run(Settings.of(environment), cluster, scaling).once()
    except (StoppedError, urllib.error.URLError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
