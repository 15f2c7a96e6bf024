"""The script that brings weights to a node, run for real against an S3 of this machine, and what mounts them."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import boto3
import engine
import pytest
from moto.server import ThreadedMotoServer

from components.compute.weights import pod

SCRIPT = engine.ROOT / "components" / "compute" / "weights" / "files" / "fetch.sh"
MODEL, REVISION = "owner/model", "a" * 40
FILES = {"config.json": b"{}", "model-1.safetensors": b"1" * 300_000, "more/model-2.safetensors": b"2" * 300_000}
PATIENCE = 120
SECRET = "not-to-be-told"


class Bucket:
    """A bucket with weights, and the script run against it."""

    def __init__(self, url: str, name: str, root: Path) -> None:
        access = {"aws_access_key_id": "key", "aws_secret_access_key": SECRET}
        client = cast("Any", boto3).client  # its own type says nothing of services
        self._s3: Any = client("s3", endpoint_url=url, region_name="us-east-1", **access)
        self._s3.create_bucket(Bucket=name)
        self._url, self.name, self.root = url, name, root
        self.log = root.parent / "log"
        self.running: list[subprocess.Popen[bytes]] = []

    def publish(self, files: Mapping[str, bytes], manifest: str | None = None) -> None:
        for file, content in files.items():
            self._s3.put_object(Bucket=self.name, Key=f"{MODEL}/{REVISION}/{file}", Body=content)
        text = "".join(f"{hashlib.sha256(content).hexdigest()}  {file}\n" for file, content in files.items())
        body = text if manifest is None else manifest
        self._s3.put_object(Bucket=self.name, Key=f"{MODEL}/{REVISION}/manifest.sha256", Body=body.encode())

    def overwrite(self, file: str, content: bytes) -> None:
        self._s3.put_object(Bucket=self.name, Key=f"{MODEL}/{REVISION}/{file}", Body=content)

    def start(self) -> subprocess.Popen[bytes]:
        own = {"BUCKET": self.name, "MODEL": MODEL, "REVISION": REVISION, "ROOT": str(self.root)}
        pace = {"OLD_SECONDS": "0", "RETRY_SECONDS": "1", "PARALLEL": "2"}
        aws = {"AWS_ENDPOINT_URL": self._url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**own, **pace, **aws, "AWS_REGION": "us-east-1", "PATH": path, "HOME": str(self.root.parent)}
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                ["/usr/bin/env", "bash", str(SCRIPT)], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(started)
        return started

    @property
    def place(self) -> Path:
        return self.root / MODEL / REVISION

    def said(self) -> str:
        return self.log.read_text()

    def held(self) -> dict[str, bytes]:
        files = [path for path in self.place.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.place)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    yield url
    # A process has one moto: objects left in it are open files that warn in a later test.
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()
    server.stop()


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Iterator[Bucket]:
    root = tmp_path / "disk"
    root.mkdir()
    made = Bucket(s3, f"weights-{hashlib.sha256(bytes(tmp_path)).hexdigest()[:20]}", root)
    yield made
    for each in made.running:
        # Its own process group: what it waits for ends with it.
        if each.poll() is None:
            os.killpg(each.pid, signal.SIGKILL)
        each.wait()


def _until(what: Callable[[], bool], bucket: Bucket) -> None:
    last = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < last, bucket.said()
        time.sleep(0.1)


def _without_manifest(found: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in found.items() if name != "manifest.sha256"}


def test_weights_come_into_place_whole_and_others_go(bucket: Bucket) -> None:
    old = bucket.root / MODEL / ("b" * 40)
    old.mkdir(parents=True)
    (old / "manifest.sha256").write_text("")
    bucket.publish(FILES)
    server = bucket.start()
    _until(lambda: not old.exists(), bucket)
    assert _without_manifest(bucket.held()) == FILES
    assert "3 of 3 files" in bucket.said()
    assert SECRET not in bucket.said()
    os.kill(server.pid, signal.SIGTERM)
    assert server.wait(PATIENCE) == 0


def test_a_restart_goes_on_where_it_was(bucket: Bucket) -> None:
    bucket.publish(FILES)
    # What is there already is not asked for: in the bucket it is another by now.
    done = bucket.root / ".partial" / MODEL / REVISION / "model-1.safetensors"
    done.parent.mkdir(parents=True)
    done.write_bytes(FILES[done.name])
    (done.parent / "config.json.part").write_bytes(b"half")
    bucket.overwrite(done.name, b"gone")
    bucket.start()
    _until(bucket.place.exists, bucket)
    assert _without_manifest(bucket.held()) == FILES


def test_a_file_that_is_not_what_was_published_never_comes_into_place(bucket: Bucket) -> None:
    bucket.publish(FILES)
    bucket.overwrite("model-1.safetensors", b"other")
    assert bucket.start().wait(PATIENCE) == 1
    assert "model-1.safetensors is not what the manifest says" in bucket.said()
    assert not bucket.place.exists()
    bucket.overwrite("model-1.safetensors", FILES["model-1.safetensors"])
    bucket.start()
    _until(bucket.place.exists, bucket)
    assert _without_manifest(bucket.held()) == FILES


def test_it_waits_for_the_manifest_which_comes_last(bucket: Bucket) -> None:
    bucket.start()
    _until(lambda: bucket.said().count("no manifest.sha256 in the bucket yet") > 1, bucket)
    assert not bucket.place.exists()
    bucket.publish(FILES)
    _until(bucket.place.exists, bucket)


def test_what_is_in_place_is_not_fetched_again(bucket: Bucket) -> None:
    bucket.place.mkdir(parents=True)
    bucket.start()
    _until(lambda: "is in place" in bucket.said(), bucket)
    assert bucket.held() == {}


@pytest.mark.parametrize("line", ["more/../../out", "/out"], ids=["up", "root"])
def test_a_manifest_that_leads_out_of_the_folder_is_refused(bucket: Bucket, line: str) -> None:
    bucket.publish(FILES, f"{'0' * 64}  {line}\n")
    assert bucket.start().wait(PATIENCE) == 1
    assert "must have lines of sha256sum for files below it" in bucket.said()


def test_an_empty_manifest_is_refused(bucket: Bucket) -> None:
    bucket.publish(FILES, "")
    assert bucket.start().wait(PATIENCE) == 1
    assert "manifest.sha256 is empty, must name each file" in bucket.said()


def test_what_pods_are_started_with_is_in_their_config_map() -> None:
    assert set(pod.files()) == {"fetch.sh", "aws.conf"}
