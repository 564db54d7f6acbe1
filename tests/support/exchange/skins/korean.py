"""The half that Upbit and Bithumb share: who may ask what, the market's pages, the account, lists of orders."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from tests.support.exchange.checks import increment_at
from tests.support.exchange.ports import Answer, Asked, Core, Socket, Trouble
from tests.support.exchange.skins import korean_rows as rows
from tests.support.exchange.skins.korean_limits import Kept, Limit, Limits, kept
from tests.support.exchange.skins.korean_orders import Wish, no_of
from tests.support.exchange.skins.korean_rows import Row, Spoken
from tests.support.exchange.skins.korean_streams import KoreanStream
from tests.support.exchange.skins.korean_token import Caller, No, Params, Tokens, params_of, text_of, texts_of
from tests.support.exchange.values import ApiKey, BalanceEvent, Listing, OrderEvent, OrderRecord, Refused, Status

MINUTE_MS = 60_000
#: Times of candles by the end of their path.
BARS = {"seconds": 1000, "days": 86_400_000, "weeks": 604_800_000, "months": 2_592_000_000}
MINUTES = frozenset({1, 3, 5, 10, 15, 30, 60, 240})
#: Orders of a page where nothing is said.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Way:
    """Where a request goes: its group of limits, what its key must be allowed ("" for nobody's key), who answers."""

    group: str
    need: str
    answer: Callable[[Caller, Params], Any]
    status: int = 200


class KoreanSkin(ABC):
    """A `ports.Skin` over one core. `wallets` are states of wallets that are not working, by asset."""

    hosts: Sequence[str]
    id_field: str
    is_limited_by_account: bool
    #: What everybody's pages say instead of JSON when they are asked too often; "" where they say JSON.
    door_text = ""

    def __init__(self, core: Core, groups: Mapping[str, Limit], window_ms: int | None) -> None:
        self.core = core
        self.trouble: Trouble | None = None
        self.limits = Limits(core.now_ms, groups)
        self.wallets: dict[str, str] = {}
        self._year_end_ms = core.now_ms() + 365 * rows.DAY_MS
        self._tokens = Tokens(core, window_ms)
        self._spoken: dict[int, Spoken] = {}
        self._speaking: Spoken | None = None
        self._streams: dict[int, KoreanStream] = {}
        self._ways = dict(self.ways())

    # What each exchange says its own way

    @abstractmethod
    def ways(self) -> Mapping[str, Way]:
        """By "METHOD path"."""

    @abstractmethod
    def uuid(self, number: int) -> str:
        """The exchange's writing of an order's or a trade's number."""

    @abstractmethod
    def number(self, uuid: str) -> int:
        """The number of an id as the exchange wrote it; 0 for one that it did not."""

    @abstractmethod
    def row(self, order: OrderRecord) -> Row:
        """An order of a list."""

    @abstractmethod
    def order_frames(self, event: OrderEvent) -> list[Row]:
        """What the private stream says of an order's change, without type."""

    @abstractmethod
    def asset_frame(self, event: BalanceEvent) -> Row:
        """What the private stream says of balances."""

    @abstractmethod
    def is_replaced_by_later(self, socket: Socket) -> bool:
        """Whether a list of what is wanted takes the place of the one before."""

    @property
    @abstractmethod
    def short_names(self) -> Mapping[str, str]:
        """Names in the SIMPLE form."""

    @abstractmethod
    def is_order_entry(self, asked: Asked) -> bool: ...

    @abstractmethod
    def is_cancel(self, asked: Asked) -> bool: ...

    def is_private(self, socket: Socket) -> bool:
        return socket.path.endswith("/private")

    # ports.Skin

    def answer(self, asked: Asked) -> Answer:
        answer = self._answered(asked)
        date = formatdate(self.core.now_ms() / 1000, usegmt=True)
        return replace(answer, headers={"Date": date, **(answer.headers or {})})

    def _answered(self, asked: Asked) -> Answer:
        headers: Mapping[str, str] = {}
        way = self._ways.get(f"{asked.method} {asked.path}") or self._candles_way(asked)
        if way is None:
            return No(404, 404, "no Route matched with those values").answer()
        try:
            caller, params = self._caller(asked, way)
            asker = caller.account if way.need and self.is_limited_by_account else "ip"
            headers = self.limits.take(self.group_of(asked, way), asker)
            self._check_scope(caller, way)
            return Answer(way.answer(caller, params), way.status, headers)
        except Kept as door:
            is_plain = bool(self.door_text) and not way.need and door.status == HTTPStatus.TOO_MANY_REQUESTS
            return Answer(self.door_text, door.status, {"Content-Type": "text/plain"}) if is_plain else door.answer()
        except No as no:
            return no.answer(headers)

    def connect(self, socket: Socket) -> bool:
        caller = None
        try:
            self.limits.take("websocket-connect", "ip")
            if self.is_private(socket):
                caller = self._tokens.caller(_header(socket.headers, "authorization"), [])
                if self.trouble is not None and self.trouble.is_login_refused(socket):
                    return False
        except No:
            return False
        self._streams[id(socket)] = KoreanStream(socket, self, caller)
        socket.on_close(lambda: self._forget(socket))
        return True

    def _forget(self, socket: Socket) -> None:
        self._streams.pop(id(socket), None)

    def hear(self, socket: Socket, text: str) -> None:
        stream = self._streams.get(id(socket))
        if stream is not None:
            stream.hear(text)

    def ban(self, asked: Asked, *, retry_after_s: int, is_ban: bool) -> Answer:
        return kept(retry_after_s, is_ban=is_ban)

    # Orders

    def listed(self, market: str) -> Listing:
        """Raises No."""
        for listing in self.core.listings():
            if rows.market_id(listing) == market:
                return listing
        raise No(404, 404, "Code not found")

    def listing_of(self, order: OrderRecord) -> Listing:
        listing = self.core.listing(order.symbol)
        assert listing is not None, "orders are of listed markets"
        return listing

    def spoken_of(self, order: OrderRecord) -> Spoken:
        """Of an order that is just being placed, too: it is told of before its number is answered."""
        if order.order_id not in self._spoken and self._speaking is not None:
            self._spoken[order.order_id] = self._speaking
        return self._spoken.get(order.order_id) or Spoken(rows.kind_of(order))

    def place(self, caller: Caller, wish: Wish, side: str) -> OrderRecord:
        """Raises No."""
        self._speaking = wish.spoken
        try:
            order = self.core.place(caller.account, wish.request)
            self.spoken_of(order)
        except Refused as refused:
            raise no_of(refused, side) from refused
        finally:
            self._speaking = None
        return order

    def order_of(self, caller: Caller, params: Params) -> OrderRecord:
        """By the exchange's id, or else by the client's. Raises No."""
        uuid, client = text_of(params, "uuid") or text_of(params, "order_id"), text_of(params, self.id_field)
        if not uuid and not client:
            raise No(400, "validation_error", f"uuid, {self.id_field} is missing")
        found = (
            self.core.find(caller.account, order_id=self.number(uuid))
            if uuid
            else self.core.find(caller.account, client_order_id=client)
        )
        if found is None:
            raise No(404, "order_not_found")
        return found

    def order(self, caller: Caller, params: Params) -> Row:
        """One order with its trades."""
        order = self.order_of(caller, params)
        return self.row(order) | {"trades": rows.trade_rows(order, self.listing_of(order), self.uuid)}

    def orders(self, caller: Caller, params: Params, states: Sequence[str]) -> list[Row]:
        """A page of orders in these states, newest first unless asked otherwise."""
        market = text_of(params, "market")
        symbol = self.listed(market).symbol if market else None
        uuids = texts_of(params, "uuids")
        clients = texts_of(params, f"{self.id_field}s")
        found = [
            order
            for order in self.core.orders(caller.account, symbol)
            if rows.state_of(order) in states
            and (not uuids or self.uuid(order.order_id) in uuids)
            and (bool(uuids) or not clients or order.client_order_id in clients)
        ]
        if text_of(params, "order_by") != "asc":
            found.reverse()
        limit = min(int(text_of(params, "limit") or PAGE), 1000)
        start = (int(text_of(params, "page") or 1) - 1) * limit
        return [self.row(order) for order in found[start : start + limit]]

    def states_of(self, params: Params, default: Sequence[str]) -> Sequence[str]:
        state = text_of(params, "state")
        return texts_of(params, "states") or ([state] if state else list(default))

    def as_taken(self, order: OrderRecord) -> OrderRecord:
        """As it was when it was taken: what it traded at once is told later."""
        if order.cost is not None:
            return replace(order, status=Status.OPEN, size=Decimal(0), filled=Decimal(0), value=Decimal(0), fills=())
        return replace(order, status=Status.OPEN, filled=Decimal(0), value=Decimal(0), fills=())

    # The account

    def accounts(self, caller: Caller, params: Params) -> list[Row]:
        return [rows.account_row(balance, "KRW") for balance in self.core.balances(caller.account)]

    def api_keys(self, caller: Caller, params: Params) -> list[Row]:
        """A key lives for a year."""
        expires_ms = caller.key.expires_ms or self._year_end_ms
        return [{"access_key": caller.key.key, "expire_at": rows.kst(expires_ms)}]

    def chance(self, caller: Caller, params: Params) -> Row:
        listing = self.listed(text_of(params, "market"))
        held = {balance.asset: balance for balance in self.core.balances(caller.account)}
        none = {"balance": "0", "locked": "0", "avg_buy_price": "0", "avg_buy_price_modified": False}
        accounts = [
            rows.account_row(held[asset], listing.quote)
            if asset in held
            else {"currency": asset, **none, "unit_currency": listing.quote}
            for asset in (listing.quote, listing.base)
        ]
        return {
            "bid_fee": rows.digits(listing.taker_fee), "ask_fee": rows.digits(listing.taker_fee),
            "maker_bid_fee": rows.digits(listing.maker_fee), "maker_ask_fee": rows.digits(listing.maker_fee),
            "market": {
                "id": rows.market_id(listing), "name": f"{listing.base}/{listing.quote}", "order_types": ["limit"],
                "order_sides": ["ask", "bid"], **self.chance_types(),
                "bid": {"currency": listing.quote, **self.chance_side(listing)},
                "ask": {"currency": listing.base, **self.chance_side(listing)},
                "max_total": "1000000000", "state": "active" if listing.is_trading else "preview",
            },
            "bid_account": accounts[0], "ask_account": accounts[1],
        }  # fmt: skip

    @abstractmethod
    def chance_types(self) -> Row:
        """The kinds of orders a market takes."""

    def chance_side(self, listing: Listing) -> Row:
        return {"min_total": rows.digits(listing.min_notional)}

    def wallet_rows(self, caller: Caller, params: Params) -> list[Row]:
        """Whether assets can be deposited and withdrawn."""
        assets = sorted({asset for each in self.core.listings() for asset in (each.base, each.quote)})
        return [
            {
                "currency": asset, "wallet_state": self.wallets.get(asset, "working"), "block_state": "normal",
                "block_height": 900_000, "block_updated_at": rows.kst(self.core.now_ms()), "block_elapsed_minutes": 0,
                "net_type": asset, "network_name": asset,
            }
            for asset in assets
        ]  # fmt: skip

    def end_withdrawal(self, caller: Caller, params: Params) -> Row:
        raise No(404, "withdraw_not_found")

    # The market

    def step_now(self, listing: Listing) -> Decimal:
        """The price step at the present price."""
        best = self.core.book(listing.symbol, 1)
        return increment_at(listing, best.bids[0][0] if best.bids else Decimal(0))

    def markets(self, caller: Caller | None, params: Params) -> list[Row]:
        return [
            {"market": rows.market_id(each), "korean_name": each.base, "english_name": each.base, **self.warning()}
            for each in self.core.listings()
        ]

    def warning(self) -> Row:
        return {}

    def books(self, caller: Caller | None, params: Params) -> list[Row]:
        depth = int(text_of(params, "count") or 30)
        return [
            {"market": rows.market_id(each), **rows.book_row(self.core.book(each.symbol, depth), depth)}
            for each in self._asked(params)
        ]

    def tickers(self, caller: Caller | None, params: Params) -> list[Row]:
        return [{"market": rows.market_id(each), **rows.ticker_row(self.core, each)} for each in self._asked(params)]

    def ticks(self, caller: Caller | None, params: Params) -> list[Row]:
        listing = self.listed(text_of(params, "market"))
        prints = self.core.prints(listing.symbol, int(text_of(params, "count") or 1))
        return [{"market": rows.market_id(listing), **rows.tick_row(told)} for told in reversed(prints)]

    def _asked(self, params: Params) -> list[Listing]:
        return [self.listed(market) for market in texts_of(params, "markets")]

    def _candles_way(self, asked: Asked) -> Way | None:
        where, _, last = asked.path.removeprefix("/v1/candles/").partition("/")
        if asked.method != "GET" or not asked.path.startswith("/v1/candles/"):
            return None
        if where == "minutes" and last.isdigit() and int(last) in MINUTES:
            length_ms, unit = int(last) * MINUTE_MS, int(last)
        elif where in BARS and not last:
            length_ms, unit = BARS[where], None
        else:
            return None

        def told(caller: Caller | None, params: Params) -> list[Row]:
            listing = self.listed(text_of(params, "market"))
            candles = self.core.candles(listing.symbol, length_ms, int(text_of(params, "count") or 1))
            return [{"market": rows.market_id(listing), **rows.candle_row(each, unit)} for each in reversed(candles)]

        return Way("candles", "", told)

    # Who asks

    def group_of(self, asked: Asked, way: Way) -> str:
        return way.group

    def _caller(self, asked: Asked, way: Way) -> tuple[Caller, Params]:
        params, hashed = params_of(asked)
        if not way.need:
            return NOBODY, params
        return self._tokens.caller(_header(asked.headers, "authorization"), hashed), params

    def _check_scope(self, caller: Caller, way: Way) -> None:
        if (way.need == "trade" and not caller.key.can_trade) or (
            way.need == "withdraw" and not caller.key.can_withdraw
        ):
            raise No(401, "out_of_scope")


#: Whoever asks for what everybody may know.
NOBODY = Caller("", ApiKey("", ""))


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")
