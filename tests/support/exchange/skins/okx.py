"""OKX (API version 5): one host for its spot and its swap market, over one core each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.support.exchange.ports import Answer, Asked, Core, Socket, Trouble
from tests.support.exchange.skins import okx_rows as rows
from tests.support.exchange.skins.limits import Windows
from tests.support.exchange.skins.okx_account import OkxAccounts, OkxFailed
from tests.support.exchange.skins.okx_streams import OkxStream, ticker
from tests.support.exchange.skins.okx_trading import Caller, OkxTrading
from tests.support.exchange.skins.signing import hmac_base64, is_same
from tests.support.exchange.skins.texts import filled, parsed, plain, whole
from tests.support.exchange.values import ApiKey, Kind, Listing, Refused

Row = dict[str, Any]

WINDOW_MS = 30_000
BARS = {"1m": 60_000, "3m": 180_000, "5m": 300_000, "15m": 900_000, "30m": 1_800_000, "1H": 3_600_000, "4H": 14_400_000}
#: The most orders in one request.
MOST_AT_ONCE = 20


class OkxSkin:
    """OKX over a core of spot listings, one of swaps, or both. A key that both know is one account."""

    hosts = ("www.okx.com", "ws.okx.com")

    def __init__(self, *cores: Core) -> None:
        self.core = cores[0]
        self.cores = cores
        self._cores: Mapping[Kind, Core] = {core.listings()[0].kind: core for core in cores}
        self.trouble: Trouble | None = None
        house = self.core.house
        self._requests = Windows(house.request_limit, self.core.now_ms)
        self._order_count = Windows(house.order_limit, self.core.now_ms)
        self._streams: dict[int, OkxStream] = {}
        #: What `system/status` says of maintenance: rows of its answer.
        self.maintenance: list[Row] = []
        self._trading = OkxTrading(self._cores)
        self._accounts = OkxAccounts(self._cores, self._trading)
        #: The mode of every account: 1 spot, 2 spot and futures, 3 multi-currency margin, 4 portfolio margin.
        self.account_level = "2"
        self._public: Mapping[str, Callable[[Mapping[str, str]], list[Any]]] = {
            "public/time": lambda _: [{"ts": str(self.core.now_ms())}],
            "public/instruments": self._instruments,
            "public/mark-price": self._mark_price,
            "public/funding-rate": self._funding_rate,
            "public/funding-rate-history": self._funding_history,
            "public/position-tiers": self._tiers,
            "system/status": lambda _: self.maintenance,
            "market/ticker": lambda query: [ticker(*self._listed(query))],
            "market/tickers": lambda query: [ticker(core, listing) for core, listing in self._all(query)],
            "market/books": self._books,
            "market/candles": self._candles,
            "market/trades": self._trades,
        }

    # REST

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/api/v5/")
        asked = replace(asked, query=filled(asked.query))
        if not self._requests.take("ip").is_allowed:
            return self.ban(asked, retry_after_s=1, is_ban=False)
        try:
            if asked.method == "GET" and path in self._public:
                return _ok(self._public[path](asked.query))
            found = self._authenticated(asked)
            if isinstance(found, Answer):
                return found
            return self._private(asked, path, *found)
        except OkxFailed as failed:
            return Answer({"code": failed.code, "msg": failed.text, "data": []})
        except Refused as refused:
            return Answer({"code": "51001", "msg": refused.text, "data": []})

    def _authenticated(self, asked: Asked) -> tuple[Caller, ApiKey] | Answer:
        head = {name.upper(): value for name, value in asked.headers.items()}
        for code, name in (("50103", "KEY"), ("50104", "PASSPHRASE"), ("50106", "SIGN"), ("50107", "TIMESTAMP")):
            if not head.get(f"OK-ACCESS-{name}"):
                return _refused(code, f'Request header "OK-ACCESS-{name}" cannot be empty.')
        found = self._sign_in(head["OK-ACCESS-KEY"])
        if head.get("X-SIMULATED-TRADING") == "1":
            return _refused("50101", "APIKey does not match current environment.")
        if found is None:
            return _refused("50111", "Invalid OK-ACCESS-KEY")
        key = found[1]
        at_ms = _instant(head["OK-ACCESS-TIMESTAMP"])
        if at_ms is None:
            return _refused("50112", "Invalid OK-ACCESS-TIMESTAMP")
        if abs(self.core.now_ms() - at_ms) > WINDOW_MS:
            return _refused("50102", "Timestamp request expired")
        if not is_same(head["OK-ACCESS-PASSPHRASE"], key.passphrase):
            return _refused("50105", "Request header OK-ACCESS-PASSPHRASE incorrect.")
        target = asked.path + (f"?{asked.raw_query}" if asked.raw_query else "")
        signed = head["OK-ACCESS-TIMESTAMP"] + asked.method + target + asked.body
        if not is_same(head["OK-ACCESS-SIGN"], hmac_base64(key.secret, signed)):
            return _refused("50113", "Invalid Sign")
        if key.expires_ms is not None and self.core.now_ms() > key.expires_ms:
            return _refused("50100", "API frozen, please contact customer service.")
        if asked.method == "POST" and not key.can_trade:
            return _refused("50120", "This API key doesn't have permission to use this function")
        return found

    def _private(self, asked: Asked, path: str, caller: Caller, key: ApiKey) -> Answer:
        query, accounts, trading = asked.query, self._accounts, self._trading
        if asked.method == "GET":
            asking: Mapping[str, Callable[[], list[Any]]] = {
                "account/balance": lambda: [accounts.balance(caller, query.get("ccy", ""))],
                "account/config": lambda: [accounts.config(caller, key) | {"acctLv": self.account_level}],
                "account/positions": lambda: accounts.positions(caller, query.get("instId", "")),
                "account/leverage-info": lambda: accounts.leverage(caller, query),
                "account/trade-fee": lambda: [accounts.fees(caller, query)],
                "account/bills": lambda: accounts.bills(caller, query),
                "account/bills-archive": lambda: accounts.bills(caller, query),
                "account/instruments": lambda: self._instruments(query),
                "asset/currencies": list,
                "trade/order": lambda: self._order(caller, query),
                "trade/orders-pending": lambda: trading.pending(caller, query),
                "trade/orders-history": lambda: trading.history(caller, query),
                "trade/orders-history-archive": lambda: trading.history(caller, query),
                "trade/fills": lambda: trading.fills(caller, query),
                "trade/fills-history": lambda: trading.fills(caller, query),
            }
            return _ok(asking[path]()) if path in asking else _nowhere()
        body = filled(parsed(asked.body))
        if body is None:
            return Answer({"code": "50002", "msg": "JSON syntax error", "data": []}, 400)
        at_once = {
            "trade/order": trading.place,
            "trade/cancel-order": trading.cancel,
            "trade/amend-order": trading.amend,
        }
        in_lots = {
            "trade/batch-orders": trading.place, "trade/cancel-batch-orders": trading.cancel,
            "trade/amend-batch-orders": trading.amend,
        }  # fmt: skip
        if self.is_order_entry(asked) and not self._order_count.take(str(caller.accounts)).is_allowed:
            text = "You've reached the maximum order rate limit for this account."
            return Answer({"code": "50061", "msg": text, "data": []})
        if path in at_once and isinstance(body, dict):
            return self._done([at_once[path](caller, body)])
        if path in in_lots and isinstance(body, list):
            if len(body) > MOST_AT_ONCE:
                return Answer({"code": "51111", "msg": "Maximum 20 orders can be placed in bulk", "data": []})
            return self._done([in_lots[path](caller, row) for row in body])
        doing: Mapping[str, Callable[[Caller, Row], list[Any]]] = {
            "account/set-leverage": accounts.set_leverage,
            "account/set-position-mode": accounts.set_position_mode,
            "trade/cancel-all-after": accounts.cancel_all_after,
        }
        if path in doing and isinstance(body, dict):
            return _ok(doing[path](caller, body))
        return _nowhere()

    def _order(self, caller: Caller, query: Mapping[str, str]) -> list[Row]:
        found = self._trading.order(caller, query)
        if found is None:
            raise OkxFailed("51603", "Order does not exist")
        return [found]

    def _done(self, told: list[Row]) -> Answer:
        """0 when all succeeded, 1 when none did, 2 when some did."""
        failed = sum(row["sCode"] != "0" for row in told)
        code = "0" if not failed else "1" if failed == len(told) else "2"
        text = {"0": "", "1": "All operations failed", "2": "Bulk operation partially succeeded."}[code]
        at_us = str(self.core.now_ms() * 1000)
        return Answer({"code": code, "data": told, "inTime": at_us, "msg": text, "outTime": at_us})

    # Public

    def _listed(self, query: Mapping[str, str]) -> tuple[Core, Listing]:
        found = self._trading.find_listing(query.get("instId", ""))
        if found is None:
            raise OkxFailed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
        return found

    def _all(self, query: Mapping[str, str]) -> list[tuple[Core, Listing]]:
        kind = {"SPOT": Kind.SPOT, "SWAP": Kind.PERP}.get(query.get("instType", ""))
        core = self._cores.get(kind) if kind else None
        listed = [(core, listing) for listing in core.listings()] if core else []
        wanted = query.get("instId")
        if wanted is None:
            return listed
        chosen = [each for each in listed if rows.inst_id(each[1]) == wanted]
        if not chosen:
            raise OkxFailed("51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
        return chosen

    def _instruments(self, query: Mapping[str, str]) -> list[Row]:
        if query.get("instType") not in ("SPOT", "SWAP", "FUTURES", "OPTION", "MARGIN"):
            raise OkxFailed("50014", "Parameter instType can not be empty.")
        return [rows.instrument(listing) for _, listing in self._all(query)]

    def _books(self, query: Mapping[str, str]) -> list[Row]:
        core, listing = self._listed(query)
        depth = whole(query.get("sz", ""), 1)
        told = core.book(listing.symbol, depth)
        return [rows.book(told, depth) | {"seqId": told.sequence}]

    def _trades(self, query: Mapping[str, str]) -> list[Row]:
        core, listing = self._listed(query)
        told = core.prints(listing.symbol, whole(query.get("limit", ""), 100))
        return [rows.print_row(each, listing) for each in reversed(told)]

    def _candles(self, query: Mapping[str, str]) -> list[list[str]]:
        core, listing = self._listed(query)
        span = BARS.get(query.get("bar", "1m"))
        if span is None:
            raise OkxFailed("51000", "Parameter bar error")
        told = core.candles(listing.symbol, span, whole(query.get("limit", ""), 100))
        written = [[str(at), *(plain(value) for value in rest)] for at, *rest in reversed(told)]
        return [[*row, row[-1], row[-1], "1"] for row in written]

    def _mark_price(self, query: Mapping[str, str]) -> list[Row]:
        return [
            {
                "instType": "SWAP",
                "instId": rows.inst_id(listing),
                "markPx": rows.mark(core.mark_price(listing.symbol)),
                "ts": str(core.now_ms()),
            }
            for core, listing in self._all({"instType": "SWAP"} | dict(query))
        ]

    def _funding_rate(self, query: Mapping[str, str]) -> list[Row]:
        core, listing = self._listed(query)
        rate, at_ms = core.funding(listing.symbol)
        return [
            {
                "instType": "SWAP", "instId": rows.inst_id(listing), "fundingRate": plain(rate),
                "fundingTime": str(at_ms),
                "nextFundingRate": "", "nextFundingTime": str(at_ms + 8 * 3_600_000), "method": "current_period",
                "maxFundingRate": "0.00375", "minFundingRate": "-0.00375", "settState": "settled", "premium": "0",
                "settFundingRate": plain(rate), "ts": str(core.now_ms()),
            }
        ]  # fmt: skip

    def _funding_history(self, query: Mapping[str, str]) -> list[Row]:
        core, listing = self._listed(query)
        rate, at_ms = core.funding(listing.symbol)
        told = {"fundingRate": plain(rate), "realizedRate": plain(rate), "fundingTime": str(at_ms - 8 * 3_600_000)}
        return [told | {"instType": "SWAP", "instId": rows.inst_id(listing), "method": "current_period"}]

    def _tiers(self, query: Mapping[str, str]) -> list[Row]:
        """In contracts, of which a listing knows the value at the mark of now."""
        told = []
        for core, listing in self._all({"instType": "SWAP"}):
            family = f"{listing.base}-{listing.quote}"
            if query.get("instFamily", family) != family:
                continue
            worth = (core.mark_price(listing.symbol) or 1) * listing.contract_size
            for tier, (low, high, lever, rate) in enumerate(listing.brackets, 1):
                told.append(
                    {
                        "instFamily": family, "tier": str(tier), "minSz": str(int(low / worth)),
                        "maxSz": str(int(high / worth)), "maxLever": str(lever), "mmr": plain(rate), "imr": "0",
                        "instId": "", "uly": family,
                    }
                )  # fmt: skip
        return told

    # Streams

    def connect(self, socket: Socket) -> bool:
        if socket.path not in ("/ws/v5/public", "/ws/v5/private", "/ws/v5/business"):
            return False
        stream = OkxStream(socket, self._cores, self._trading, self._accounts, self._sign_in, lambda: self.trouble)
        self._streams[id(socket)] = stream
        socket.on_close(lambda: self._forget(socket))
        return True

    def hear(self, socket: Socket, text: str) -> None:
        if (stream := self._streams.get(id(socket))) is not None:
            stream.hear(text)

    def _forget(self, socket: Socket) -> None:
        self._streams.pop(id(socket), None)

    # For the server

    def is_order_entry(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in ("/api/v5/trade/order", "/api/v5/trade/batch-orders")

    def is_cancel(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in (
            "/api/v5/trade/cancel-order",
            "/api/v5/trade/cancel-batch-orders",
        )

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        """OKX says no when one may come back."""
        if is_ban:
            return Answer({"code": "50011", "msg": "Requests too frequent, please try again later", "data": []}, 403)
        return Answer({"code": "50011", "msg": "Too Many Requests", "data": []}, 429)

    def unsure(self, _asked: Asked) -> Answer:
        text = "API endpoint request timeout. This does not mean that the request failed."
        return Answer({"code": "50004", "msg": text, "data": []}, 400)

    def expire_streams(self) -> None:
        """Every signed-in socket is told to sign in again, and closed."""
        for stream in tuple(self._streams.values()):
            stream.expire()

    def _sign_in(self, key: str) -> tuple[Caller, ApiKey] | None:
        accounts: dict[Kind, str] = {}
        known: ApiKey | None = None
        for kind, core in self._cores.items():
            found = core.key(key)
            if found is not None:
                accounts[kind], known = found
        return (Caller(accounts, known.can_trade), known) if known is not None else None


def _ok(data: list[Any]) -> Answer:
    return Answer({"code": "0", "msg": "", "data": data})


def _refused(code: str, text: str) -> Answer:
    return Answer({"msg": text, "code": code}, 401)


def _nowhere() -> Answer:
    return Answer({"code": "404", "data": None, "error_code": "404", "error_message": "Not Found", "msg": ""}, 404)


def _instant(text: str) -> int | None:
    """An ISO time with milliseconds and Z."""
    try:
        at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(at.timestamp() * 1000)
