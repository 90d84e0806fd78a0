"""A server that speaks S3: moto, in a process of its own, with one bucket in its memory."""

import subprocess
import sys
from typing import Self

import boto3  # type: ignore[import-untyped]

BUCKET = "talkoot-tests"
KEY, SECRET = "a-key", "a-secret-that-no-log-may-have"
_PROGRAM = """
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Bucket:
    """Started with the block, and gone with it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _PROGRAM],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self._client = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        self._client.create_bucket(Bucket=BUCKET)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.kill()
        self._process.communicate()

    def names(self) -> list[str]:
        """What is in the bucket."""
        found = self._client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]

    def unfinished(self) -> int:
        """Uploads in parts that were neither completed nor aborted."""
        return len(self._client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))

    @property
    def settings(self) -> dict[str, str]:
        """What a server needs to keep its files here."""
        return {
            "s3_bucket": BUCKET,
            "s3_endpoint": self.url,
            "s3_access_key": KEY,
            "s3_secret_key": SECRET,
        }
