"""Shared by all tests: helpers of this folder can be imported, and the SDK's own warnings are not ours."""

import importlib
import sys
import warnings
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

# How long one example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

with warnings.catch_warnings():
    # Importing these warns of types in them that are deprecated and that we do not use.
    warnings.simplefilter("ignore", DeprecationWarning)
    # A module is loaded when its first attribute is read.
    assert importlib.import_module("pulumi_aws.ec2").Vpc
    assert importlib.import_module("pulumi_aws.s3").Bucket
