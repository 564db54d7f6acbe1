"""How Binance knows who asks: the key's header, the signature, the time. The same for spot and futures."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.exchange.ports import Asked, Core
from tests.support.exchange.skins.signing import hmac_hex, is_same
from tests.support.exchange.values import ApiKey

DEFAULT_WINDOW_MS = 5000
LONGEST_WINDOW_MS = 60_000


class Denied(Exception):
    """Not let in: HTTP status, code and message."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with what."""

    account: str
    key: ApiKey


def by_key(core: Core, key: str | None) -> Caller:
    """By the key alone, as for listen keys."""
    if not key:
        raise Denied(401, -2014, "API-key format invalid.")
    found = core.key(key)
    if found is None or (found[1].expires_ms is not None and core.now_ms() >= found[1].expires_ms):
        raise Denied(401, -2015, "Invalid API-key, IP, or permissions for action.")
    return Caller(*found)


def signed(core: Core, asked: Asked, params: Mapping[str, str]) -> Caller:
    """By header and signature over the query and the body as they came, without `signature` itself."""
    caller = by_key(core, asked.headers.get("X-MBX-APIKEY"))
    payload = _without_signature(asked.raw_query) + _without_signature(asked.body)
    check(core, caller, params, payload)
    return caller


def signed_params(core: Core, params: Mapping[str, object]) -> Caller:
    """By the parameters of a WebSocket request, sorted by name."""
    caller = by_key(core, str(params.get("apiKey", "")))
    texts = {name: _text(value) for name, value in params.items()}
    payload = "&".join(f"{name}={texts[name]}" for name in sorted(texts) if name != "signature")
    check(core, caller, texts, payload)
    return caller


def check(core: Core, caller: Caller, params: Mapping[str, str], payload: str) -> None:
    """Time first, then the signature. Raises Denied."""
    for name in ("timestamp", "signature"):
        if not params.get(name):
            raise Denied(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    if not params["timestamp"].isdecimal():
        raise Denied(400, -1100, "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.")
    window = params.get("recvWindow", str(DEFAULT_WINDOW_MS))
    if not window.isdecimal() or int(window) > LONGEST_WINDOW_MS:
        raise Denied(400, -1131, "recvWindow must be less than 60000")
    ahead_ms = int(params["timestamp"]) - core.now_ms()
    if ahead_ms >= 1000:
        raise Denied(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if -ahead_ms > int(window):
        raise Denied(400, -1021, "Timestamp for this request is outside of the recvWindow.")
    if not is_same(params["signature"], hmac_hex(caller.key.secret, payload)):
        raise Denied(400, -1022, "Signature for this request is not valid.")


def _without_signature(raw: str) -> str:
    return "&".join(part for part in raw.split("&") if not part.startswith("signature=")) if raw else ""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
