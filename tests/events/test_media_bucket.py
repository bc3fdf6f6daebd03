"""Media in an S3-compatible store: requests signed as AWS's own examples are, tried again, whole or not there.

With `--long` also a store that knows nothing of us, and looks at every signature.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from gridgeo.errors import ConfigError, Damaged, EnvironmentIncomplete, StoreUnavailable
from gridgeo.events.media import bucket, places
from gridgeo.events.media.signing import Signer
from gridgeo.settings import Settings
from tests import apart

LOCK = Path(__file__).with_name("s3.lock")

#: The key, the moment and the host of AWS's examples.
SIGNER = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
AT, HOST = datetime(2013, 5, 24, tzinfo=UTC), "examplebucket.s3.amazonaws.com"
NOTHING = hashlib.sha256().hexdigest()
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
_STORED = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}


@pytest.mark.parametrize(
    ("method", "path", "query", "more", "payload", "signature"),
    [
        ("GET", "/test.txt", {}, {"range": "bytes=0-9"}, NOTHING, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("PUT", "/test%24file.text", {}, _STORED, WELCOME, "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        ("GET", "/", {"lifecycle": ""}, {}, NOTHING, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", {"max-keys": "2", "prefix": "J"}, {}, NOTHING, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_a_signature_is_that_of_the_published_example(method, path, query, more, payload, signature):
    """Source: Amazon S3 API Reference, "Examples: Signature Calculations"."""
    headers = SIGNER.signed(method, path, {"host": HOST, "x-amz-content-sha256": payload, **more}, payload, AT, query)
    assert headers["authorization"].endswith(f"Signature={signature}")
    assert "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request" in headers["authorization"]
    assert SIGNER.secret not in repr(SIGNER)


@contextmanager
def store():
    """A store of objects by their paths, that answers as a test says: `faults` are statuses of the next answers."""
    kept = SimpleNamespace(objects={}, faults=[], asked=[])

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, body: bytes = b"", length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            kept.asked.append((self.command, self.path))
            if kept.faults:
                return self.answer(kept.faults.pop(0), b"<Error><Code>SlowDown</Code></Error>")
            if hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"] or "AWS4" not in self.headers["authorization"]:
                return self.answer(400)
            if self.command == "PUT":
                kept.objects[self.path] = body
                return self.answer(200)
            if self.command == "DELETE":
                kept.objects.pop(self.path, None)
                return self.answer(204)
            there = kept.objects.get(self.path)
            return self.answer(404) if there is None else self.answer(200, there)

        do_GET = do_HEAD = do_PUT = do_DELETE = handle_one

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        kept.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kept
        server.shutdown()


def keys(folder, mode=0o600, text="[default]\naws_access_key_id = AKIA0\naws_secret_access_key = a/b%c\n"):
    path = folder / "keys"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def named(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_kept_once_fetched_whole_and_removed(tmp_path):
    data = bytes(range(256)) * 5000
    name = named(data)
    with store() as kept:
        place = places.of(Settings(media=f"s3+{kept.url}/city/media?region=cn-south-1", media_keys=keys(tmp_path)))
        place.put(name, data)
        place.put(name, data)
        assert [method for method, _ in kept.asked] == ["HEAD", "PUT", "HEAD"] and list(kept.objects) == [f"/city/media/{name}"]
        path = places.sound(place, name)
        assert path.read_bytes() == data
        place.release(path)
        assert not path.exists()
        place.remove(name)
        place.remove(name)
        with pytest.raises(Damaged, match="no such object"):
            place.fetch(name)


def test_what_was_changed_in_the_store_is_not_given(tmp_path):
    with store() as kept:
        place = places.of(Settings(media=f"s3+{kept.url}/city", media_keys=keys(tmp_path)))
        place.put(named(b"one"), b"one")
        kept.objects[f"/city/{named(b'one')}"] = b"two"
        with pytest.raises(Damaged, match="not those that were kept"):
            places.sound(place, named(b"one"))


def test_a_store_that_is_busy_is_asked_again_and_one_that_refuses_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(bucket, "_PAUSES_S", (0.0, 0.0, 0.0))
    with store() as kept:
        place = places.of(Settings(media=f"s3+{kept.url}/city", media_keys=keys(tmp_path)))
        kept.faults[:] = [503, 500]
        place.put(named(b"one"), b"one")
        assert kept.objects
        kept.faults[:] = [503, 503, 503]
        with pytest.raises(StoreUnavailable, match="answered 503"):
            place.fetch(named(b"one"))
        kept.faults[:], kept.asked[:] = [403], []
        with pytest.raises(StoreUnavailable, match="403 SlowDown"):
            place.fetch(named(b"one"))
        assert len(kept.asked) == 1
    with pytest.raises(StoreUnavailable, match="gave no answer"):
        place.fetch(named(b"one"))


@pytest.mark.parametrize("address", ["s3+ftp://host/x", "s3+https://", "s3+https://key:secret@host/x", "s3+https://host/x?style=1"])
def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path, address):
    with pytest.raises(ConfigError) as refused:
        places.of(Settings(media=address, media_keys=keys(tmp_path)))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("mode", "text"), [(0o644, "[default]\naws_access_key_id=a\naws_secret_access_key=b\n"), (0o600, "b"), (0o600, "")]
)
def test_a_key_lies_in_a_file_of_its_own_that_nobody_else_reads(tmp_path, mode, text):
    with pytest.raises(EnvironmentIncomplete):
        places.of(Settings(media="s3+https://host/x", media_keys=keys(tmp_path, mode, text)))


#: Moto as a server, with a bucket and a user who may use it: from then on every request is to be signed.
_SERVE = """
import json, sys, boto3, requests
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
url = "http://%s:%d" % server.get_host_and_port()
by = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
iam = boto3.client("iam", **by)
boto3.client("s3", **by).create_bucket(Bucket="city")
iam.create_user(UserName="gridgeo")
may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="gridgeo", PolicyName="use", PolicyDocument=json.dumps(may))
key = iam.create_access_key(UserName="gridgeo")["AccessKey"]
requests.post(url + "/moto-api/reset-auth", data="0")
print(json.dumps([url, key["AccessKeyId"], key["SecretAccessKey"]]), flush=True)
sys.stdin.read()
"""


def test_a_store_of_others_takes_and_gives_them(request, tmp_path):
    if not request.config.getoption("--long"):
        pytest.skip("takes an environment of its own: --long")
    python = apart.environment("s3", LOCK).python
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") and name != "PYTHONPATH"}
    with subprocess.Popen(
        [python, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=plain
    ) as server:
        try:
            url, key_id, secret = json.loads(server.stdout.readline())
            text = f"[default]\naws_access_key_id={key_id}\naws_secret_access_key="
            place = places.of(Settings(media=f"s3+{url}/city/media", media_keys=keys(tmp_path, text=text + secret)))
            stranger = places.of(Settings(media=f"s3+{url}/city/media", media_keys=keys(tmp_path, text=text + secret[::-1])))
            data = os.urandom(300_000)
            place.put(named(data), data)
            place.put(named(data), data)
            path = places.sound(place, named(data))
            assert path.read_bytes() == data
            place.release(path)
            with pytest.raises(StoreUnavailable, match="403 SignatureDoesNotMatch"):
                stranger.fetch(named(data))
            place.remove(named(data))
            with pytest.raises(Damaged):
                place.fetch(named(data))
        finally:
            server.stdin.close()
            server.wait(60)
