"""The half of a dialect that Upbit and Bithumb share; the other half is in the file of each."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from engine.domain import phrases
from engine.domain.instrument import Instrument
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.order import Order, OrderKind, OrderState, Side
from engine.domain.sentences import say
from engine.errors import UsageError, VenueUnavailable
from engine.venues.exchanges import korean
from engine.venues.exchanges.dialect import (
    Absent,
    Answer,
    BalancesTold,
    Call,
    Calls,
    FundingTold,
    Heard,
    KeyFacts,
    Listed,
    NoAnswer,
    NoMarket,
    PositionTold,
    PublicWord,
    SaidNo,
    Seen,
    Urgency,
)
from engine.venues.exchanges.korean_rules import bands_of, rules_from
from engine.venues.tape import TopOfBook, milliseconds
from engine.venues.wire import number, read_korean

#: The most that one page of open orders has.
PAGE = 100
#: Asked for to see a Date; whether it is there makes no difference.
ANY_MARKET = "KRW-BTC"
#: Upbit's tokens carry no time, and Bithumb's may be older than this.
CLOCK_DOUBT_MS = 5000
#: Cancelling a withdrawal that never was tells whether a key may withdraw, and can do nothing.
NO_WITHDRAWAL = "00000000-0000-0000-0000-000000000000"

#: A frame of our own.
SIGNED_IN = {"type": "signedIn"}


@dataclass(frozen=True, slots=True)
class Words:
    """ccxt's implicit methods and the names of fields that differ. `id_field` is the client order id everywhere."""

    markets: str
    book: str
    chance: str
    place: str
    cancel: str
    order: str
    open_orders: str
    accounts: str
    keys: str
    end_withdrawal: str
    id_field: str
    kind_field: str
    placed_id_field: str


class Korean(ABC):
    """Spot, fees in the quote asset, no positions, no dead-man switch, no clock but HTTP's Date, nothing confirmed."""

    exchange: str
    ccxt_id: str
    #: A new order may be missing from queries for so long.
    lag_s = 5.0
    has_positions = False
    has_dead_man = False
    #: Neither confirms a subscription; that the handshake with its token was taken is told by ourselves.
    private_acks = 1
    words: Words
    refusals: Mapping[str, RejectCode]
    money_increment: Decimal
    #: What happens to an order of ours that would meet another one of ours.
    self_trade: str

    def options(self) -> Mapping[str, Any]:
        return {}

    @abstractmethod
    async def steps(self, calls: Calls, ids: Sequence[str]) -> Mapping[str, Decimal]:
        """The price steps that hold now by market id, where a public page tells them. Raises NoAnswer."""

    @abstractmethod
    def place(self, order: Order, listed: Listed, best: Decimal | None) -> Call: ...

    @abstractmethod
    async def look_back(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None: ...

    @abstractmethod
    def public_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]: ...

    @abstractmethod
    def private_url(self, ccxt: Any) -> str:
        """Where the private stream is."""

    def private_streams(self, ccxt: Any, listed: Sequence[Listed]) -> Sequence[Awaitable[object]]:
        """ccxt would dial again with the token of the first time: its nonce is used up, and Bithumb's time is over."""
        (ccxt.options.get("ws") or {}).pop("token", None)
        return (ccxt.watch_orders(), ccxt.watch_balance(), self._signed_in(ccxt))

    @abstractmethod
    def hear_private(self, frame: Any, listed: Mapping[str, Listed]) -> Sequence[Heard] | None: ...

    async def instruments(self, calls: Calls, venue: str, symbols: Sequence[str]) -> Sequence[Listed]:
        ids = {symbol: korean.market_id_of(symbol) for symbol in symbols}
        try:
            answer = await calls.ask(Call(self.words.markets, {"isDetails": "true"}))
            known = {str(row["market"]) for row in korean.rows_of(answer)}
            if not known:
                # An answer without any market says nothing about ours.
                raise NoAnswer("no markets")
            for symbol, market_id in ids.items():
                if market_id not in known:
                    raise UsageError(say(phrases.FEED_UNKNOWN_SYMBOL, exchange=self.exchange, symbol=symbol))
            steps = await self.steps(calls, list(ids.values()))
            tops = await self._tops(calls, list(ids.values()))
            today = korean.today_of(answer)
            listed = []
            for symbol, market_id in ids.items():
                chance = korean.chance_of(await calls.ask(Call(self.words.chance, {"market": market_id})))
                step = steps.get(market_id, chance.price_unit)
                if step is None:
                    raise VenueUnavailable(say(phrases.FEED_NO_RULES, exchange=self.exchange, symbol=symbol))
                base, quote = symbol.split("/")
                top = tops.get(market_id)
                rules = rules_from(
                    chance, bands_of(base, quote), top.bid if top else None, step,
                    today=today, money_increment=self.money_increment,
                )  # fmt: skip
                listed.append(Listed(Instrument(venue, symbol, base, quote, rules), market_id, chance.is_trading))
            return listed
        except SaidNo:
            raise
        except (NoAnswer, LookupError, TypeError, ValueError, ArithmeticError) as error:
            cause = f"{type(error).__name__} {error}"
            raise VenueUnavailable(say(phrases.FEED_STRANGE, exchange=self.exchange, cause=cause)) from error

    async def server_time_ms(self, calls: Calls) -> int | None:
        """By HTTP's Date, which has whole seconds and comes late: a clock that is good enough is left alone."""
        asked_ms = int(calls.ccxt.milliseconds())
        answer = await calls.ask(Call(self.words.book, {"markets": ANY_MARKET}))
        said = korean.date_of(answer)
        if said is None:
            return None
        # Our own clock, in the middle of the question, as the exchange's would be; ccxt's is set already.
        ours_ms = (asked_ms + int(calls.ccxt.milliseconds())) // 2 - calls.offset_ms
        told_ms = milliseconds(said) + 500
        return told_ms if abs(told_ms - ours_ms) > CLOCK_DOUBT_MS else ours_ms

    def placing(self, order: Order, listed: Listed, best: Decimal | None) -> dict[str, str]:
        """The parameters that both take. Raises NoMarket."""
        try:
            params = korean.place_params(order, listed, best)
        except LookupError as error:
            raise NoMarket(listed.market_id) from error
        params[self.words.kind_field] = params.pop("type")
        if (life := params.pop("life", None)) is not None:
            params["time_in_force"] = life
        return params | {self.words.id_field: order.client_order_id}

    def place_call(self, order: Order, params: Mapping[str, str]) -> Call:
        is_exit = order.kind is OrderKind.MARKET and order.side is Side.SELL
        return Call(
            self.words.place, params, urgency=Urgency.PROTECT if is_exit else Urgency.ENTRY, is_order=True
        )  # fmt: skip

    def accepted(self, answer: Answer, order: Order) -> Seen | None:
        body = answer.body
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED) or not isinstance(body, Mapping):
            return None
        venue_order_id = body.get(self.words.placed_id_field)
        is_ours = body.get(self.words.id_field) in (None, order.client_order_id)
        if not venue_order_id or not is_ours or body.get("market") != korean.market_id_of(order.symbol):
            return None
        try:
            executed = number(body.get("executed_volume") or 0)
            at_ms = milliseconds(korean.time_of(str(body["created_at"])))
        except (LookupError, TypeError, ValueError, ArithmeticError):
            return None
        # What it filled at once is told by the stream, or asked for: here it has no trades.
        return Seen(
            order.client_order_id, str(venue_order_id), order.symbol, order.side, order.price, order.quantity, executed,
            OrderState.OPEN, at_ms,
        )  # fmt: skip

    def refused(self, answer: Answer) -> RejectReason | None:
        return korean.refused_by(answer, self.refusals)

    def cancel(self, order: Order, listed: Listed) -> Call:
        """By the exchange's number where we know it, which it finds at once, otherwise by our id."""
        if order.venue_order_id:
            params = {self.words.placed_id_field: order.venue_order_id}
        else:
            params = {self.words.id_field: order.client_order_id}
        return Call(self.words.cancel, params, urgency=Urgency.PROTECT)

    def is_cancel_taken(self, answer: Answer) -> bool:
        """Only a body that names the order is a yes; whatever was refused may rest still, so it is asked for."""
        is_named = isinstance(answer.body, Mapping) and bool(answer.body.get(self.words.placed_id_field))
        return answer.status in (HTTPStatus.OK, HTTPStatus.CREATED) and is_named

    async def look_up(self, calls: Calls, order: Order, listed: Listed) -> Seen | Absent | None:
        known, ours = order.venue_order_id, {self.words.id_field: order.client_order_id}
        return self.found(await calls.ask(Call(self.words.order, {"uuid": known} if known else ours)), order, listed)

    def found(self, answer: Answer, order: Order, listed: Listed) -> Seen | Absent | None:
        """What the page of one order says of ours."""
        if answer.status == HTTPStatus.NOT_FOUND and korean.error_name(answer) == "order_not_found":
            return Absent()
        body = answer.body
        if answer.status != HTTPStatus.OK or not isinstance(body, Mapping) or not body.get("uuid"):
            return None
        if body.get("market") != listed.market_id or not korean.is_of(body, order, self.words.id_field):
            return None
        return korean.seen_of(body, order, listed, self.words.id_field)

    async def witness(self, calls: Calls, call: Call, order: Order, listed: Listed) -> Seen | Absent | None:
        """The order in a list, which knows no trades: what it knows is asked for by the exchange's own id."""
        try:
            rows = korean.rows_of(await calls.ask(call))
        except NoAnswer:
            return None
        mine = [row for row in rows if row.get("uuid") and korean.is_of(row, order, self.words.id_field)]
        if not mine:
            return None if rows else Absent()
        return self.found(await calls.ask(Call(self.words.order, {"uuid": str(mine[0]["uuid"])})), order, listed)

    async def open_orders(self, calls: Calls, listed: Listed) -> Sequence[Seen]:
        """Those that rest and those that wait for their trigger."""
        found: list[Seen] = []
        for state in ("wait", "watch"):
            page, is_more = 1, True
            while is_more:
                asked = {"market": listed.market_id, "state": state, "page": str(page), "limit": str(PAGE)}
                rows = korean.rows_of(await calls.ask(Call(self.words.open_orders, asked)))
                found += [korean.seen_of(row, None, listed, self.words.id_field) for row in rows]
                page, is_more = page + 1, len(rows) == PAGE
        return found

    async def balances(self, calls: Calls) -> BalancesTold:
        answer = await calls.ask(Call(self.words.accounts, {}))
        rows = korean.rows_of(answer)
        return korean.balances_of(rows, milliseconds(korean.today_of(answer)), is_whole=True)

    async def positions(self, calls: Calls, listed: Sequence[Listed]) -> Sequence[PositionTold]:
        return ()

    async def funding(
        self, calls: Calls, listed: Listed, since_ms: int
    ) -> Sequence[FundingTold]:  # fmt: skip
        return ()

    async def may_trade(self, calls: Calls, listed: Listed) -> bool | None:
        return None

    async def probe(self, calls: Calls, listed: Sequence[Listed]) -> KeyFacts:
        """Every key of both is bound to addresses and lives for a year."""
        expires_at_ms = None
        for row in korean.rows_of(await calls.ask(Call(self.words.keys, {}))):
            if row.get("access_key") == calls.ccxt.apiKey:
                expires_at_ms = milliseconds(korean.time_of(str(row["expire_at"])))
        first = listed[0] if listed else None
        rules = first.instrument.rules if first else None
        return KeyFacts(
            can_trade=await self.may_trade(calls, first) if first else None,
            can_withdraw=await self.may(calls, Call(self.words.end_withdrawal, {"uuid": NO_WITHDRAWAL})),
            is_ip_bound=True,
            expires_at_ms=expires_at_ms,
            self_trade_prevention=self.self_trade,
            fees=(rules.maker_fee, rules.taker_fee) if rules else None,
            fee_asset=first.instrument.quote if first else None,
        )

    async def may(self, calls: Calls, call: Call) -> bool | None:
        """Whether a key may do what a call asks for, by what it is refused for; None: the answer says nothing."""
        answer = await calls.ask(call)
        name = korean.error_name(answer)
        if name == "out_of_scope":
            return False
        is_about_it = bool(name) and answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
        return True if answer.status < HTTPStatus.BAD_REQUEST or is_about_it else None

    async def top(self, calls: Calls, listed: Listed) -> TopOfBook | None:
        return (await self._tops(calls, [listed.market_id])).get(listed.market_id)

    def hear_public(
        self, frame: Any, listed: Mapping[str, Listed], at_ms: int
    ) -> Sequence[PublicWord] | None:  # fmt: skip
        return korean.word_of(frame, listed, at_ms)

    def confirms(self, frame: Any) -> bool:
        return bool(frame == SIGNED_IN)

    def arm(self, after_s: int, listed: Sequence[Listed]) -> Sequence[Call]:
        return ()

    def set_leverage(self, listed: Listed, leverage: int) -> Call:
        raise AssertionError("a spot market has no leverage")

    async def _signed_in(self, ccxt: Any) -> None:
        """Tell, among the frames, that the exchange has taken our token: it says nothing itself."""
        begun = ccxt.authenticate()
        if isinstance(begun, Awaitable):
            await begun
        client = ccxt.client(self.private_url(ccxt))
        await client.connected
        client.handle_text_or_binary_message(json.dumps(SIGNED_IN))

    def is_armed(self, answer: Answer) -> bool:
        return False

    async def _tops(self, calls: Calls, ids: Sequence[str]) -> dict[str, TopOfBook]:
        answer = await calls.ask(Call(self.words.book, {"markets": ",".join(ids)}))
        at_ms = milliseconds(korean.today_of(answer))
        found: dict[str, TopOfBook] = {}
        for row in korean.rows_of(answer):
            market_id = str(row["market"])
            for top in read_korean(market_id, {**row, "type": "orderbook", "code": market_id}, at_ms) or ():
                if isinstance(top, TopOfBook):
                    found[market_id] = top
        return found
