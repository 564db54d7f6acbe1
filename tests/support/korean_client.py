"""A client of Upbit and Bithumb written from their documents, which shares nothing with ccxt nor with the skins."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.venues.exchanges.dialect import Answer as Heard
from engine.venues.exchanges.dialect import Call
from tests.support.exchange.ports import Answer, Asked, Skin, Socket
from tests.support.exchange.values import ApiKey
from tests.support.exchange.writing import written

KEY = ApiKey("access-key-of-a-test", "a-secret-that-only-this-test-knows")
#: ccxt's names of what the dialects ask, and where they lead.
WAYS = {
    "Accounts": "accounts", "ApiKeys": "api_keys", "MarketAll": "market/all", "Order": "order",
    "Orderbook": "orderbook", "OrderbookInstruments": "orderbook/instruments", "Orders": "orders",
    "OrdersChance": "orders/chance", "OrdersOpen": "orders/open", "OrdersTest": "orders/test",
    "OrdersUuids": "orders/uuids", "WithdrawsCoin": "withdraws/coin",
}  # fmt: skip


def query_of(params: Mapping[str, str | Sequence[str]]) -> str:
    """As the documents hash it: not encoded, lists as name[]=value."""
    pairs = []
    for name, value in params.items():
        pairs += [f"{name}={value}"] if isinstance(value, str) else [f"{name}[]={each}" for each in value]
    return "&".join(pairs)


def token(key: ApiKey, query: str, *, nonce: str = "", timestamp: int | None = None) -> str:
    """A signed token for a query; Bithumb's carries a time."""
    claims: dict[str, Any] = {"access_key": key.key, "nonce": nonce or str(uuid.uuid4())}
    if timestamp is not None:
        claims["timestamp"] = timestamp
    if query:
        claims |= {"query_hash": hashlib.sha512(query.encode()).hexdigest(), "query_hash_alg": "SHA512"}
    head = _part({"alg": "HS256", "typ": "JWT"})
    signed = f"{head}.{_part(claims)}"
    signature = hmac.new(key.secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


class KoreanClient:
    """Asks a skin in the same process. `now_ms` is given where tokens carry a time."""

    def __init__(self, skin: Skin, key: ApiKey = KEY, now_ms: Callable[[], int] | None = None) -> None:
        self.skin = skin
        self.key = key
        self._now_ms = now_ms

    def authorization(self, query: str = "") -> str:
        return "Bearer " + token(self.key, query, timestamp=self._now_ms() if self._now_ms else None)

    def ask(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Signed. POST sends JSON, all else a query."""
        asked, query = params or {}, query_of(params or {})
        is_body = method == "POST"
        return self.skin.answer(
            Asked(
                self.skin.hosts[0], method, path, "" if is_body else query, {},
                {"Authorization": self.authorization(query), **(headers or {})},
                json.dumps(asked) if is_body else "",
            )
        )  # fmt: skip

    def get(self, path: str, **params: Any) -> Any:
        """The body of what must be answered."""
        return self._well(self.ask("GET", path, params))

    def post(self, path: str, **params: Any) -> Any:
        return self._well(self.ask("POST", path, params))

    def delete(self, path: str, **params: Any) -> Any:
        return self._well(self.ask("DELETE", path, params))

    def refused(self, method: str, path: str, **params: Any) -> tuple[int, str]:
        """Status and name of what must be refused."""
        answer = self.ask(method, path, params)
        assert answer.status >= 400, answer.body
        return answer.status, str(answer.body["error"]["name"])

    def _well(self, answer: Answer) -> Any:
        assert answer.status in (200, 201), answer.body
        return answer.body


class SkinCalls:
    """`Calls` of a dialect without ccxt and without a network. What was asked is kept."""

    def __init__(self, client: KoreanClient) -> None:
        self._client = client
        self.asked: list[Call] = []
        #: Answers in place of the skin's, by method.
        self.spoilt: dict[str, Heard] = {}

    @property
    def offset_ms(self) -> int:
        return 0

    @property
    def ccxt(self) -> Any:
        return _Named(self._client.key.key)

    async def ask(self, call: Call) -> Heard:
        self.asked.append(call)
        if call.method in self.spoilt:
            return self.spoilt[call.method]
        rest = call.method.removeprefix("public").removeprefix("private")
        verb = next(verb for verb in ("Get", "Post", "Delete") if rest.startswith(verb))
        rest, version = rest.removeprefix(verb), "v1"
        if rest[:2] in ("V1", "V2"):
            rest, version = rest[2:], rest[:2].lower()
        answer = self._client.ask(verb.upper(), f"/{version}/{WAYS[rest]}", call.params)
        return heard(answer)


class HeldSocket:
    """A `Socket` whose frames are kept, parsed."""

    def __init__(self, host: str, path: str, headers: Mapping[str, str] | None = None) -> None:
        self.host = host
        self.path = path
        self.query: Mapping[str, str] = {}
        self.headers: Mapping[str, str] = headers or {}
        self.frames: list[Any] = []
        self.closed: int | None = None
        self._calls: list[Callable[[], None]] = []

    def send(self, frame: Any, *, is_binary: bool = False) -> None:
        assert is_binary, "all frames of these exchanges are binary"
        self.frames.append(parsed(written(frame)))

    def close(self, code: int = 1000) -> None:
        self.closed = code
        for call in self._calls:
            call()

    def on_close(self, call: Callable[[], None]) -> None:
        self._calls.append(call)

    def of(self, kind: str) -> list[Any]:
        """The frames of one type."""
        return [frame for frame in self.frames if frame.get("type") == kind]


def subscribed(skin: Skin, path: str, *types: Mapping[str, Any], authorization: str = "") -> HeldSocket:
    """A socket that was taken and has asked for these."""
    socket = HeldSocket(skin.hosts[-1], path, {"authorization": authorization} if authorization else {})
    held: Socket = socket
    assert skin.connect(held)
    skin.hear(held, json.dumps([{"ticket": "a-test"}, *types]))
    return socket


def heard(answer: Answer) -> Heard:
    """An answer of a skin as `Calls` hand it on: what is no JSON is its text."""
    body = answer.body if isinstance(answer.body, str) else parsed(written(answer.body))
    return Heard(answer.status, body, dict(answer.headers or {}))


def parsed(text: str | bytes) -> Any:
    """Numbers as they stand."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


class _Named:
    def __init__(self, key: str) -> None:
        self.apiKey = key


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
