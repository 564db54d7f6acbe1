"""Every command that any program sends to a Redis, and a search in it for what must never be there."""

import base64
import contextlib
import json
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

import redis

from tests.support.redis import RedisServer
from tests.support.waiting import wait_until


class RedisCapture:
    """What MONITOR tells: each command with all its arguments, of all clients. Redis itself leaves AUTH out."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._heard = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", server.port))
        self._thread = threading.Thread(target=self._listen, name="redis monitor")

    def open(self) -> None:
        """Returns when everything sent from now on is heard."""
        self._socket.sendall(b"MONITOR\r\n")
        self._thread.start()
        wait_until(lambda: self._heard.startswith(b"+OK\r\n"), what="MONITOR to begin")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def text(self) -> bytes:
        """Everything sent until now, unescaped."""
        mark = uuid.uuid4().hex.encode()
        with redis.Redis(port=self._server.port) as client:
            client.echo(mark.decode())
        wait_until(lambda: mark in self._heard, what="MONITOR to have told everything")
        return unescaped(bytes(self._heard))

    def commands(self, name: str) -> int:
        """How often a command was sent."""
        return self.text().upper().count(f'"{name}"'.upper().encode())

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while received := self._socket.recv(1 << 16):
                self._heard += received


@contextlib.contextmanager
def captured(server: RedisServer) -> Iterator[RedisCapture]:
    """Everything that is sent to a server inside the block."""
    capture = RedisCapture(server)
    capture.open()
    try:
        yield capture
    finally:
        capture.close()


def unescaped(told: bytes) -> bytes:
    """MONITOR's lines with the bytes that it writes as \\xHH, \\n and the like."""
    return told.decode("unicode_escape").encode("latin-1")


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written down without anybody having meant to hide it."""
    raw = secret.encode()
    return {
        "as it is": raw,
        "in JSON": json.dumps(secret)[1:-1].encode(),
        "in a URL": quote(secret, safe="").encode(),
        "in a form": quote_plus(secret).encode(),
        "in hex": raw.hex().encode(),
        "in base64": base64.b64encode(raw).rstrip(b"=")[:-1],
        "in base64 of URLs": base64.urlsafe_b64encode(raw).rstrip(b"=")[:-1],
        "its first half": raw[: max(12, len(raw) // 2)],
        "its second half": raw[-max(12, len(raw) // 2) :],
    }


def secrets_in(text: bytes, secrets: Mapping[str, str]) -> list[str]:
    """Which secrets, by name, stand in a text in any form. Of fewer than 12 characters one would prove nothing."""
    assert all(len(secret) >= 12 for secret in secrets.values())
    return [
        f"{name} {form}" for name, secret in secrets.items() for form, found in forms(secret).items() if found in text
    ]
