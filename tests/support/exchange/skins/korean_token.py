"""How Upbit and Bithumb know who asks: a JWT over a hash of the query, checked as the exchange checks it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from tests.support.exchange.ports import Answer, Asked, Core
from tests.support.exchange.values import ApiKey

#: A parameter is text, or a list of texts where its name ends with [].
Params = Mapping[str, str | Sequence[str]]

ALGORITHMS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
TEXTS = {
    "invalid_access_key": "잘못된 엑세스 키입니다.",
    "jwt_verification": "Jwt 토큰 검증에 실패했습니다.",
    "invalid_query_payload": "Jwt의 query를 검증하는데 실패하였습니다.",
    "nonce_used": "이미 요청한 nonce값이 다시 사용되었습니다.",
    "expired_access_key": "만료된 API 키입니다.",
    "expired_jwt": "Jwt가 만료되었습니다.",
    "out_of_scope": "권한이 부족합니다.",
    "order_not_found": "주문을 찾지 못했습니다.",
    "withdraw_not_found": "출금 정보를 찾지 못했습니다.",
    "order_not_ready": "주문 접수 처리 중입니다. 잠시 후 다시 시도해주세요.",
    "insufficient_funds_bid": "주문가능한 금액이 부족합니다.",
    "insufficient_funds_ask": "주문가능한 수량이 부족합니다.",
    "under_min_total_bid": "최소주문금액 이상으로 주문해주세요.",
    "under_min_total_ask": "최소주문금액 이상으로 주문해주세요.",
    "invalid_price_bid": "주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.",
    "invalid_price_ask": "주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.",
    "cross_trading": "제출하신 주문은 귀하가 기존에 제출하신 주문과 체결될 수 있어 취소되었습니다.",
    "too_many_requests": "요청 수 제한을 초과했습니다.",
}


class No(Exception):
    """A refusal in these exchanges' words."""

    def __init__(self, status: int, name: str | int, text: str = "") -> None:
        super().__init__(name)
        self.status = status
        self.name = name
        self.text = text or TEXTS.get(str(name), str(name))

    def answer(self, headers: Mapping[str, str] | None = None) -> Answer:
        return Answer({"error": {"name": self.name, "message": self.text}}, self.status, headers)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with which key."""

    account: str
    key: ApiKey


class Tokens:
    """Remembers every nonce. `window_ms` is how old a token may be where it must carry its time, None where not."""

    def __init__(self, core: Core, window_ms: int | None = None) -> None:
        self._core = core
        self._window_ms = window_ms
        self._nonces: set[tuple[str, str]] = set()

    def caller(self, authorization: str, hashed: Sequence[str]) -> Caller:
        """Raises No. `hashed` are the forms of the query of which the hash may be; none: there is no query."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise No(401, "jwt_verification")
        payload, signed, signature, algorithm = _opened(token)
        found = self._core.key(str(payload.get("access_key", "")))
        if found is None:
            raise No(401, "invalid_access_key")
        account, key = found
        made = hmac.new(key.secret.encode(), signed.encode(), ALGORITHMS[algorithm]).digest()
        if not hmac.compare_digest(made, signature):
            raise No(401, "jwt_verification")
        if key.expires_ms is not None and key.expires_ms <= self._core.now_ms():
            raise No(401, "expired_access_key")
        self._check_time(payload)
        self._check_nonce(key.key, payload)
        if hashed:
            if payload.get("query_hash_alg", "SHA512") != "SHA512":
                raise No(401, "invalid_query_payload")
            said = str(payload.get("query_hash", ""))
            if not any(hmac.compare_digest(hashlib.sha512(form.encode()).hexdigest(), said) for form in hashed):
                raise No(401, "invalid_query_payload")
        return Caller(account, key)

    def _check_time(self, payload: Mapping[str, Any]) -> None:
        if self._window_ms is None:
            return
        at_ms = payload.get("timestamp")
        if not isinstance(at_ms, int):
            raise No(401, "jwt_verification")
        if abs(self._core.now_ms() - at_ms) > self._window_ms:
            raise No(401, "expired_jwt")

    def _check_nonce(self, key: str, payload: Mapping[str, Any]) -> None:
        nonce = str(payload.get("nonce", ""))
        if not nonce:
            raise No(401, "jwt_verification")
        if (key, nonce) in self._nonces:
            raise No(401, "nonce_used")
        self._nonces.add((key, nonce))


def params_of(asked: Asked) -> tuple[dict[str, str | list[str]], list[str]]:
    """What is asked for, and the forms of the query that its hash may be of.

    The query of the address as it came or decoded; the body, where there is one instead: JSON read as a query with its
    numbers as they stand, or a form. Raises No for a body that is neither.
    """
    if asked.raw_query:
        pairs = parse_qsl(asked.raw_query, keep_blank_values=True)
        return _collected(pairs), [unquote(asked.raw_query), asked.raw_query]
    if not asked.body.strip():
        return {}, []
    if not asked.body.lstrip().startswith("{"):
        return _collected(parse_qsl(asked.body, keep_blank_values=True)), [unquote(asked.body), asked.body]
    try:
        body = json.loads(asked.body, parse_float=str, parse_int=str)
    except ValueError as error:
        raise No(400, "validation_error", "본문이 JSON이 아닙니다.") from error
    pairs = []
    for name, value in body.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", _text(item)) for item in value]
        else:
            pairs.append((name, _text(value)))
    return _collected(pairs), ["&".join(f"{name}={value}" for name, value in pairs), urlencode(pairs)]


def text_of(params: Params, name: str) -> str:
    """One parameter, "" where it is missing."""
    value = params.get(name, "")
    return value if isinstance(value, str) else ",".join(value)


def texts_of(params: Params, name: str) -> list[str]:
    """A list, also where it was told by commas."""
    value = params.get(name) or params.get(f"{name}[]") or ()
    return [part for part in value.split(",") if part] if isinstance(value, str) else list(value)


def decimal_of(params: Params, name: str) -> Decimal | None:
    """A number; None where it is missing. Raises No for what is none."""
    text = text_of(params, name)
    if not text:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError as error:
        raise No(400, "validation_error", f"{name} does not have a valid value") from error
    if not value.is_finite():
        raise No(400, "validation_error", f"{name} does not have a valid value")
    return value


def _opened(token: str) -> tuple[Mapping[str, Any], str, bytes, str]:
    try:
        head, body, signature = token.split(".")
        algorithm = json.loads(_decoded(head))["alg"]
        payload = json.loads(_decoded(body))
        if algorithm not in ALGORITHMS or not isinstance(payload, dict):
            raise No(401, "jwt_verification")
        return payload, f"{head}.{body}", _decoded(signature), algorithm
    except (ValueError, KeyError, TypeError) as error:
        raise No(401, "jwt_verification") from error


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _collected(pairs: Sequence[tuple[str, str]]) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for name, value in pairs:
        known = found.get(name)
        if name.endswith("[]"):
            found[name] = [*(known if isinstance(known, list) else ()), value]
        else:
            found[name] = value
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
