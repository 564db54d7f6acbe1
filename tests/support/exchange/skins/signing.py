"""Signatures as venues check them."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def hmac_hex(secret: str, text: str) -> str:
    """HMAC-SHA256, hexadecimal."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def hmac_base64(secret: str, text: str) -> str:
    """HMAC-SHA256, base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_same(said: str, right: str) -> bool:
    """In constant time, as venues compare."""
    return hmac.compare_digest(said.encode(), right.encode())


def jwt_payload(token: str) -> Mapping[str, Any] | None:
    """What a JSON web token says, before its signature is checked; None for what is none."""
    parts = token.split(".")
    try:
        payload = json.loads(_decoded(parts[1])) if len(parts) == 3 else None
    except (ValueError, binascii.Error):
        return None
    return payload if isinstance(payload, dict) else None


def is_jwt_signed(token: str, secret: str) -> bool:
    """Whether it is signed by HS256 or HS512 with this secret; the algorithm is what its header says."""
    head, _, said = token.rpartition(".")
    try:
        header = json.loads(_decoded(head.partition(".")[0]))
        signature = _decoded(said)
    except (ValueError, binascii.Error):
        return False
    algorithm = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}.get(header.get("alg", ""))
    if algorithm is None:
        return False
    return hmac.compare_digest(signature, hmac.new(secret.encode(), head.encode(), algorithm).digest())


def sha512_hex(text: str) -> str:
    return hashlib.sha512(text.encode()).hexdigest()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
